"""A payment processor on a Unix socket that forwards requests to another, or fails them as configured."""

import enum
import pathlib
from concurrent import futures

import grpc

SERVICE = "/credits.processor.v1.PaymentProcessorService/"


class Mode(enum.Enum):
    FORWARD = 1
    # UNAVAILABLE; the request does not reach the processor.
    REFUSE = 2
    # UNAVAILABLE after the request has taken effect.
    DROP_RESPONSE = 3


class ProcessorProxy(grpc.GenericRpcHandler):
    """Serves on `socket`; `processor` is the socket of the processor behind it."""

    def __init__(self, socket: pathlib.Path, processor: pathlib.Path):
        self.channel = grpc.insecure_channel(f"unix:{processor}")
        self.default = Mode.FORWARD
        self.modes = {}
        self.responses = {}
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
        self.server.add_generic_rpc_handlers((self,))
        self.server.add_insecure_port(f"unix:{socket}")
        self.server.start()
        socket.chmod(0o600)

    def stop(self):
        self.server.stop(None).wait()
        self.channel.close()

    def set(self, default: Mode, **modes: Mode):
        """Sets the modes of some methods, such as `CreateCharge=Mode.REFUSE`, and that of all others."""
        self.default, self.modes = default, modes

    def respond(self, method: str, request: bytes, response: bytes):
        """Answers one particular request with `response`, without the processor."""
        self.responses[method, request] = response

    def service(self, handler_call_details):
        method = handler_call_details.method.removeprefix(SERVICE)
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self.handle(method, request, context))

    def handle(self, method, request, context):
        if (method, request) in self.responses:
            return self.responses[method, request]
        mode = self.modes.get(method, self.default)
        if mode is Mode.REFUSE:
            context.abort(grpc.StatusCode.UNAVAILABLE, "no answer")
        try:
            response = self.channel.unary_unary(SERVICE + method)(request, timeout=10)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())
        if mode is Mode.DROP_RESPONSE:
            context.abort(grpc.StatusCode.UNAVAILABLE, "no answer")
        return response
