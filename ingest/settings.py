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
#: Bytes of one document; a larger one is refused in mid-download.
DOWNLOAD_MAXSIZE = 32_000_000
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 3
COOKIES_ENABLED = False
TELNETCONSOLE_ENABLED = False

# Only the web: nothing may lead to a local file.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}
DOWNLOADER_MIDDLEWARES = {
    "ingest.middlewares.StayOnHost": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "ingest.middlewares.ObeyRobots": 100,
}
ITEM_PIPELINES = {"ingest.pipelines.SubmitResults": 300, "ingest.pipelines.KeepFaults": 400}

#: Where documents are kept by hash; by default in the kgpress home.
INGEST_DOCUMENTS = ""
#: Where results go: a file (.jsonl.gz), or a server's target.
INGEST_OUT = ""
INGEST_SERVER = ""
#: Results per submission.
INGEST_BATCH = 500

LOG_LEVEL = "WARNING"
