# One image for kg_service, trainer and worker; compose gives the command.
FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock tools/uv.lock ./
RUN pip install --no-cache-dir -r uv.lock && uv pip install --system --no-cache --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY kgpress kgpress
COPY kg_service kg_service
COPY compressor compressor
COPY ingest ingest
RUN pip install --no-cache-dir --no-deps . && useradd --create-home kgpress \
    && mkdir -p /var/lib/kgpress && chown kgpress /var/lib/kgpress
USER kgpress
ENTRYPOINT ["kgpress"]
