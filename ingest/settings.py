"""Scrapy's settings. A guest on other people's servers: robots.txt, few requests, bounded downloads."""

BOT_NAME = "kgpress"
USER_AGENT = "kgpress-ingest (research crawler; obeys robots.txt)"
SPIDER_MODULES = ["ingest.spiders"]
NEWSPIDER_MODULE = "ingest.spiders"

ROBOTSTXT_OBEY = True
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.25
AUTOTHROTTLE_MAX_DELAY = 30.0
CONCURRENT_REQUESTS_PER_DOMAIN = 2

RETRY_TIMES = 4
RETRY_HTTP_CODES = [408, 429, 500, 502, 503, 504, 522, 524]
DOWNLOAD_TIMEOUT = 60
#: Bytes of one document, unpacked; a larger one is refused in mid-download.
DOWNLOAD_MAXSIZE = 32_000_000
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 3
METAREFRESH_ENABLED = False
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False
# A proxy would look names up for itself, past the resolver below.
HTTPPROXY_ENABLED = False

# Only the web, and only its public part: nothing may lead to a local file or network.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
TWISTED_DNS_RESOLVER = "ingest._network.PublicResolver"
DOWNLOADER_MIDDLEWARES = {
    "ingest.middlewares.StayOnHost": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "ingest.middlewares.ObeyRobots": 100,
    "ingest.middlewares.WantedTypes": 120,
}
ITEM_PIPELINES = {"ingest.pipelines.SubmitResults": 300, "ingest.pipelines.KeepFaults": 400}

#: HOST:PORT that may lie in a private network; --base-url and --api-url add theirs.
INGEST_NAMED_HOSTS: list[str] = []
#: Where documents are kept by hash; by default in the kgpress home.
INGEST_DOCUMENTS = ""
#: Where results go: a file (.jsonl.gz), or a server's target.
INGEST_OUT = ""
INGEST_SERVER = ""
#: Results per submission.
INGEST_BATCH = 2_000
#: Extractions at a time; 0: one per core, two at most.
INGEST_JOBS = 0
#: Of one extraction: address space in bytes, and seconds.
INGEST_EXTRACT_BYTES = 3_000_000_000
INGEST_EXTRACT_S = 900

LOG_LEVEL = "WARNING"
