FROM python:3.12-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# pg_dump, for backups: of the version of compose.yaml's server.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.txt .
RUN pip install -r requirements.txt && python -m compileall -q /usr/local/lib/python3.12/site-packages

COPY . .
# The key is for this one command: collecting static files signs nothing.
RUN useradd --system --no-create-home --home-dir /app chat \
    && python -m compileall -q chatsite rooms history \
    && SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput \
    && mkdir -p var/files \
    && chown -R chat:chat var
USER chat

EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/readyz', timeout=4)"]
# exec: the server gets SIGTERM itself and drains.
CMD ["/bin/sh", "-c", "exec python -m chatsite.server --bind 0.0.0.0 --port ${PORT:-8000} --proxy-headers chatsite.asgi:application"]
