"""A collector on loopback that decodes OTLP protobuf with the real `opentelemetry-proto` package."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {"/v1/traces": ExportTraceServiceRequest, "/v1/metrics": ExportMetricsServiceRequest}


class Collector:
    """Keeps what it is sent.

    Attributes:
        requests: By path, the decoded requests.
        headers: Of the last request.
        status: What it answers; anything but 200 keeps nothing.
    """

    def __init__(self):
        self.requests = {path: [] for path in KINDS}
        self.refused = 0
        self.headers = {}
        self.status = 200
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.headers = dict(self.headers)
                if collector.status == 200:
                    collector.requests[self.path].append(KINDS[self.path].FromString(body))
                else:
                    collector.refused += 1
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                """Write nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def spans(self):
        """Every span, with its resource."""
        return [
            (span, resource.resource)
            for request in self.requests["/v1/traces"]
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def points(self, name):
        """The data points of a metric in the newest request that has it, with its unit."""
        for request in reversed(self.requests["/v1/metrics"]):
            for resource in request.resource_metrics:
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        if metric.name == name:
                            kind = metric.WhichOneof("data")
                            return list(getattr(metric, kind).data_points), metric.unit
        return [], None


def attributes_of(holder):
    """The attributes of a span, resource or data point, by their names."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in holder.attributes}
