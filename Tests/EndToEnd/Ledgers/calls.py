"""Makes calls of credits.v1, and records what they answer when they are repeated."""

import base64
import itertools
import json
from concurrent import futures

import grpc

SERVICES = {"WalletService": "wallet", "RechargeService": "recharge", "PaymentMethodService": "payment_method"}
PROTOS = {service: grpc.protos(f"credits/v1/{name}_service.proto") for service, name in SERVICES.items()}
statuses = grpc.protos("google/rpc/status.proto")
details = grpc.protos("google/rpc/error_details.proto")

STATUS_DETAILS = "grpc-status-details-bin"
TIMEOUT = 20
# A call that waits for a processor without an answer takes this long.
REPLAY_TIMEOUT = 3


def dollars(amount):
    return {"currency_code": "USD", "micros": round(amount * 1_000_000)}


class Refused(Exception):
    def __init__(self, error: grpc.RpcError):
        self.code = error.code()
        self.trailers = dict(error.trailing_metadata() or ())
        self.details = self.trailers.get(STATUS_DETAILS, b"")
        self.info = details.ErrorInfo()
        for detail in statuses.Status.FromString(self.details).details:
            detail.Unpack(self.info)
        super().__init__(f"{self.code.name} {self.info.reason}: {error.details()}")


class Method:
    def __init__(self, descriptor):
        self.path = f"{descriptor.containing_service.full_name}/{descriptor.name}"
        self.request = descriptor.input_type._concrete_class
        self.response = descriptor.output_type._concrete_class


class Credits:
    """A client that gives every mutation its own idempotency key and keeps the requests that can be replayed."""

    def __init__(self):
        self.channel = None
        self.methods = {}
        self.keys = 0
        self.mutations = []
        for service, protos in PROTOS.items():
            for method in protos.DESCRIPTOR.services_by_name[service].methods:
                self.methods[method.name] = Method(method)

    def call(self, name, /, *, key=None, timeout=TIMEOUT, is_kept=True, **fields):
        """Makes a unary call and returns its response.

        Raises `Refused`. A request with `is_kept=False` is not among those that are replayed.
        """
        method = self.methods[name]
        request = method.request(**fields)
        if "idempotency_key" in method.request.DESCRIPTOR.fields_by_name:
            self.keys += 1
            request.idempotency_key = key or f"{name} {self.keys}"
            if is_kept:
                self.mutations.append((method.path, request.SerializeToString()))
        response, _ = self.send(method.path, request.SerializeToString(), timeout)
        return method.response.FromString(response)

    def refused(self, reason, name, /, **fields):
        """Makes a call that has to be refused for `reason`."""
        try:
            self.call(name, **fields)
        except Refused as refusal:
            if refusal.info.reason != reason:
                raise
        else:
            raise SystemExit(f"{name} was not refused for {reason}: {fields}")

    def verify(self):
        method = self.methods["VerifyLedger"]
        call = self.channel.unary_stream(f"/{method.path}")
        *_, last = (method.response.FromString(update) for update in call(b"", timeout=60))
        return last.verdict

    def replays(self):
        """Repeats every mutation that was kept, and returns the requests with their answers."""
        with futures.ThreadPoolExecutor(max_workers=8) as pool:
            return list(pool.map(self.replay, self.mutations))

    def replay(self, mutation):
        path, request = mutation
        try:
            response, trailers = self.send(path, request, REPLAY_TIMEOUT)
            outcome = {"response": encoded(response)}
        except Refused as refusal:
            trailers = refusal.trailers
            outcome = {"code": refusal.code.value[0], "details": encoded(refusal.details)}
        if trailers.get("replayed") != "true":
            raise SystemExit(f"{path} is not recorded for its key: {outcome}")
        return {"method": path, "request": encoded(request), **outcome}

    def queries(self):
        """Reads every wallet, its lists and its changes, and returns the requests with their answers."""
        queries = []
        for wallet in self.call("ListWallets", page_size=1000).wallets:
            wallet_id = {"wallet_id": wallet.wallet_id}
            for name in ["GetWallet", "GetRechargeOptions", "ListPaymentMethods"]:
                queries.append(self.query(name, **wallet_id))
            queries.append(self.query("ListEntries", page_size=1000, **wallet_id))
            queries.append(self.query("ListRecharges", **wallet_id))
            for recharge in self.call("ListRecharges", **wallet_id).recharges:
                queries.append(self.query("GetRecharge", recharge_id=recharge.recharge_id))
            queries.append(self.query("WatchWallet", count=wallet.sequence, after_sequence=0, **wallet_id))
        return queries

    def query(self, name, count=1, **fields):
        """Takes the first `count` responses."""
        method = self.methods[name]
        request = method.request(**fields).SerializeToString()
        call = self.channel.unary_stream(f"/{method.path}")(request, timeout=TIMEOUT)
        responses = [encoded(response) for response in itertools.islice(call, count)]
        call.cancel()
        return {"method": method.path, "request": encoded(request), "responses": responses}

    def send(self, path, request, timeout):
        try:
            response, call = self.channel.unary_unary(f"/{path}").with_call(request, timeout=timeout)
        except grpc.RpcError as error:
            raise Refused(error) from None
        return response, dict(call.trailing_metadata())


def encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def json_lines(objects) -> str:
    """A JSON array with one object per line."""
    lines = ",\n".join(json.dumps(each) for each in objects)
    return f"[\n{lines}\n]\n"
