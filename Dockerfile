# Another base needs Debian, and a `python` of 3.11 or newer with its pip: bin/test --container gives its own.
ARG BASE=python:3.12-slim-trixie
FROM ${BASE}

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

# pg_dump and pg_restore, for backups: of the version of compose.yaml's server. Their package as a whole
# wants Perl, which is 55 MB, for commands that choose among several servers.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 \
    && apt-get download postgresql-client-17 \
    && dpkg-deb --fsys-tarfile postgresql-client-17_*.deb \
        | tar --extract --directory=/ ./usr/lib/postgresql/17/bin/pg_dump ./usr/lib/postgresql/17/bin/pg_restore \
    && /usr/lib/postgresql/17/bin/pg_dump --version \
    && /usr/lib/postgresql/17/bin/pg_restore --version \
    && rm -rf postgresql-client-17_*.deb /var/lib/apt/lists/* /var/cache/apt/*

# pip compiles what it installs.
COPY requirements.txt .
RUN pip install -r requirements.txt

COPY . .
# The key is for this one command: collecting static files signs nothing.
RUN useradd --system --no-create-home --home-dir /app chat \
    && python -m compileall -q chatsite rooms history \
    && SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput \
    && mkdir -p var/files \
    && rm var/chat.sqlite3 \
    && chown -R chat:chat var
USER chat

EXPOSE 8000
# Every few seconds for years: without an HTTP client it takes a third of the processor.
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-S", "-c", "import os, socket; asked = socket.create_connection(('127.0.0.1', int(os.environ.get('PORT') or 8000)), 4); asked.sendall(b'GET /readyz HTTP/1.0\\r\\n\\r\\n'); raise SystemExit(b' 200 ' not in asked.recv(64))"]
# exec: the server gets SIGTERM itself and drains.
CMD ["/bin/sh", "-c", "exec python -m chatsite.server --bind 0.0.0.0 --port ${PORT:-8000} --proxy-headers chatsite.asgi:application"]
