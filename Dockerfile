# Portcullis as a sidecar or a small service. Policies and models are inside; at run time it needs
# no network but the upstream, no root, and no file system to write on but /tmp.

ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN python -m venv /opt/portcullis
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY gateway gateway
COPY policies policies
COPY onnx_models onnx_models
RUN /opt/portcullis/bin/pip install --no-cache-dir '.[pdf]'

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="Portcullis" \
      org.opencontainers.image.description="Guardrail gateway for LLM traffic" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portcullis
COPY --from=build /opt/portcullis /opt/portcullis
ENV PATH=/opt/portcullis/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PORTCULLIS_SERVER__HOST=0.0.0.0 \
    PORTCULLIS_SERVER__PORT=8080
# Without settings it forwards to api.openai.com with the key that each client sends (`key: client`),
# so there is no key of ours to spend. Mount a file and name it in PORTCULLIS_CONFIG to change that.
USER 10001
WORKDIR /tmp
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORTCULLIS_SERVER__PORT']), timeout=3); c.request('GET', '/readyz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["portcullis"]
CMD ["serve"]
