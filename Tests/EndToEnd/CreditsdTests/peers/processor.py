"""A payment processor in Python: processor.py SOCKET PROTO_FOLDER BOOKS

Knows some of Stripe's test cards, and keeps its account, cards, charges and refunds in the file BOOKS, a line of JSON
each. Its events are the charges and refunds. Prints "ready", and serves until its standard input ends.
"""

import json
import os
import secrets
import sys
import threading
from concurrent import futures

sys.path.insert(0, sys.argv[2])

import grpc

messages, services = grpc.protos_and_services("credits/processor/v1/payment_processor_service.proto")
cards = grpc.protos("credits/processor/v1/card.proto")
charges = grpc.protos("credits/processor/v1/charge.proto")
refunds = grpc.protos("credits/processor/v1/refund.proto")
events = grpc.protos("credits/processor/v1/event.proto")

# The network, the last four digits, and why the card is declined.
CARDS = {
    "pm_card_visa": ("visa", "4242", ""),
    "pm_card_mastercard": ("mastercard", "4444", ""),
    "pm_card_visa_chargeDeclined": ("visa", "0002", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995", "insufficient_funds"),
    "pm_card_authenticationRequired": ("visa", "3184", ""),
}
AUTHENTICATING = "pm_card_authenticationRequired"
Charge = charges.Charge


def name(kind):
    # Letters only: the ledger refuses a token with digits that may be a card's number.
    return f"{kind}_{''.join(secrets.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(28))}"


class Books:
    """Things by their kind and key, synced to the file before they are answered."""

    def __init__(self, path):
        self.lock = threading.RLock()
        self.things = {kind: {} for kind in ("account", "setup", "attachment", "charge", "refund")}
        self.events = []
        self.file = open(path, "a+", encoding="utf-8")
        self.file.seek(0)
        for line in self.file:
            if line.endswith("\n"):
                self.take(json.loads(line))
        if not self.things["account"]:
            self.keep("account", {"key": "", "id": name("py")})

    def take(self, entry):
        for kind, fields in entry.items():
            self.things[kind][fields["key"]] = fields
            if kind in ("charge", "refund"):
                self.events.append((kind, dict(fields)))

    def keep(self, kind, fields):
        self.file.write(json.dumps({kind: fields}) + "\n")
        self.file.flush()
        os.fdatasync(self.file.fileno())
        self.take({kind: fields})
        return fields


def for_its_account(method):
    """The method for calls that name this processor's account, or none."""

    def checked(self, request, context):
        for name, value in context.invocation_metadata():
            if name == "credits-account-bin" and messages.DescribeAccountResponse.FromString(value) != self.account():
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "the call is for another account")
        return method(self, request, context)

    return checked


class Processor(services.PaymentProcessorServiceServicer):
    def __init__(self, books):
        self.books = books

    def once(self, kind, request, context, make):
        """What the request's key made before, or what `make` makes of it now."""
        key, fields = request.idempotency_key, request.SerializeToString(deterministic=True).hex()
        if not key:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "idempotency_key must have 1 to 255 bytes")
        with self.books.lock:
            known = self.books.things[kind].get(key)
            if known is None:
                known = self.books.keep(kind, {"key": key, "request": fields} | make())
            elif known["request"] != fields:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the key was used for another request")
            return known

    def account(self):
        return messages.DescribeAccountResponse(account_id=self.books.things["account"][""]["id"])

    def DescribeAccount(self, request, context):
        return self.account()

    # Cards

    def DescribePaymentMethod(self, request, context):
        return messages.DescribePaymentMethodResponse(card=self.card(self.known(request.payment_method_token, context)))

    def VerifyPaymentMethod(self, request, context):
        known = self.known(request.payment_method_token, context)
        if CARDS[known][2]:
            return messages.VerifyPaymentMethodResponse(decline=cards.Decline(code=CARDS[known][2]))
        return messages.VerifyPaymentMethodResponse(card=self.card(known))

    def CreateCardSetup(self, request, context):
        setup = self.once("setup", request, context, lambda: {"id": name("ps"), "secret": name("secret")})
        return messages.CreateCardSetupResponse(setup_id=setup["id"], client_secret=setup["secret"])

    def AttachPaymentMethod(self, request, context):
        def make():
            return {"card": self.known(request.payment_method_token, context), "token": name("pm"), "state": "attached"}

        kept = self.once("attachment", request, context, make)
        decline = CARDS[kept["card"]][2]
        if decline:
            return messages.AttachPaymentMethodResponse(decline=cards.Decline(code=decline))
        attached = cards.AttachedPaymentMethod(payment_method_token=kept["token"], card=self.card(kept["card"]))
        return messages.AttachPaymentMethodResponse(payment_method=attached)

    def DetachPaymentMethod(self, request, context):
        with self.books.lock:
            attached = self.attachment(request.payment_method_token)
            if attached and attached["state"] == "attached":
                self.books.keep("attachment", attached | {"state": "detached"})
        return messages.DetachPaymentMethodResponse()

    def attachment(self, token):
        kept = [a for a in self.books.things["attachment"].values() if a["token"] == token]
        return kept[0] if kept else None

    def known(self, token, context):
        """The name of the test card behind a token."""
        with self.books.lock:
            attached = self.attachment(token)
        if attached and attached["state"] == "attached":
            return attached["card"]
        if attached or token not in CARDS:
            context.abort(grpc.StatusCode.NOT_FOUND, "there is no such payment method")
        return token

    @staticmethod
    def card(known):
        brand, last4, _ = CARDS[known]
        return cards.Card(brand=brand, last4=last4, expiry_month=12, expiry_year=2040)

    # Charges

    def CreateCharge(self, request, context):
        def make():
            known = self.known(request.payment_method_token, context)
            decline = CARDS[known][2]
            state = Charge.DECLINED if decline else Charge.PAID
            state = Charge.AUTHENTICATION_REQUIRED if known == AUTHENTICATING else state
            return {"id": name("py"), "state": state, "decline": decline}

        return messages.CreateChargeResponse(charge=self.charge(self.once("charge", request, context, make)))

    def FindCharge(self, request, context):
        with self.books.lock:
            found = [c for c in self.books.things["charge"].values() if request.idempotency_key in ("", c["key"])]
            found = [c for c in found if request.charge_id in ("", c["id"])]
        return messages.FindChargeResponse(charge=self.charge(found[0]) if found else None)

    def CancelCharge(self, request, context):
        with self.books.lock:
            found = self.books.things["charge"].get(request.idempotency_key)
            if found and found["state"] == Charge.AUTHENTICATION_REQUIRED:
                found = self.books.keep("charge", found | {"state": Charge.CANCELLED})
        return messages.CancelChargeResponse(charge=self.charge(found) if found else None)

    @staticmethod
    def charge(kept):
        request = messages.CreateChargeRequest.FromString(bytes.fromhex(kept["request"]))
        message = Charge(charge_id=kept["id"], recharge_id=request.recharge_id, amount=request.amount)
        message.state = kept["state"]
        message.decline_code = kept["decline"]
        if message.state == Charge.AUTHENTICATION_REQUIRED:
            message.next_action_url = f"https://processor.invalid/{kept['id']}"
        return message

    # Refunds

    def CreateRefund(self, request, context):
        def make():
            paid = [c for c in self.books.things["charge"].values() if c["id"] == request.charge_id]
            paid = [self.charge(c) for c in paid if c["state"] == Charge.PAID]
            made = [self.refund(r) for r in self.books.things["refund"].values()]
            gone = sum(r.amount.micros for r in made if r.charge_id == request.charge_id)
            if not paid or request.amount.micros > paid[0].amount.micros - gone:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "less is left of the charge than this")
            return {"id": name("pr")}

        return messages.CreateRefundResponse(refund=self.refund(self.once("refund", request, context, make)))

    def FindRefund(self, request, context):
        with self.books.lock:
            found = self.books.things["refund"].get(request.idempotency_key)
        refund = self.refund(found) if found else None
        return messages.FindRefundResponse(refund=refund if refund and refund.charge_id == request.charge_id else None)

    @staticmethod
    def refund(kept):
        request = messages.CreateRefundRequest.FromString(bytes.fromhex(kept["request"]))
        message = refunds.Refund(refund_id=kept["id"], idempotency_key=kept["key"], charge_id=request.charge_id)
        message.amount.CopyFrom(request.amount)
        message.state = refunds.Refund.REFUNDED
        return message

    # Events

    def ParseEvent(self, request, context):
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "this processor sends nothing")

    def ListEvents(self, request, context):
        with self.books.lock:
            start = int(request.cursor or "0")
            kept = self.books.events[start : start + request.page_size]
            end, total = start + len(kept), len(self.books.events)
        listed = [self.event(start + place, kind, fields) for place, (kind, fields) in enumerate(kept)]
        return messages.ListEventsResponse(events=listed, cursor=str(end), has_more=end < total)

    def event(self, place, kind, fields):
        event = events.Event(event_id=f"{self.books.things['account']['']['id']}_{place}")
        if kind == "charge":
            event.charge.CopyFrom(self.charge(fields))
        else:
            event.refund.CopyFrom(self.refund(fields))
        return event


for rpc in [n for n in vars(Processor) if n[0].isupper() and n != "DescribeAccount"]:
    setattr(Processor, rpc, for_its_account(getattr(Processor, rpc)))
server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
services.add_PaymentProcessorServiceServicer_to_server(Processor(Books(sys.argv[3])), server)
if os.path.exists(sys.argv[1]):
    os.unlink(sys.argv[1])  # Left by one that was killed.
os.umask(0o177)
server.add_insecure_port("unix:" + sys.argv[1])
server.start()
print("ready", flush=True)
sys.stdin.read()
server.stop(None)
