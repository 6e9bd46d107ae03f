"""A payment processor in Python: processor.py SOCKET PROTO_FOLDER BOOKS

Knows pm_card_visa and pm_card_visa_chargeDeclined, and keeps its account, charges and refunds in the file BOOKS, a line
of JSON each. Its events are the charges and refunds.
Prints "ready", and serves until its standard input ends.
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

DECLINES = {"pm_card_visa": None, "pm_card_visa_chargeDeclined": "generic_decline"}


class Books:
    """Charges and refunds by key, synced to the file before they are answered."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.charges = {}
        self.refunds = {}
        self.account = None
        self.setups = {}
        self.events = []
        self.file = open(path, "a+", encoding="utf-8")
        self.file.seek(0)
        for line in self.file:
            if line.endswith("\n"):
                self.take(json.loads(line))
        if self.account is None:
            self.keep("account", {"id": f"py_{secrets.token_hex(16)}"})

    def take(self, entry):
        for kind, fields in entry.items():
            if kind == "account":
                self.account = fields["id"]
                continue
            {"charge": self.charges, "refund": self.refunds, "setup": self.setups}[kind][fields["key"]] = fields
            if kind != "setup":
                self.events.append((kind, fields))

    def keep(self, kind, fields):
        self.file.write(json.dumps({kind: fields}) + "\n")
        self.file.flush()
        os.fdatasync(self.file.fileno())
        self.take({kind: fields})


class Processor(services.PaymentProcessorServiceServicer):
    def __init__(self, books):
        self.books = books

    def DescribeAccount(self, request, context):
        return messages.DescribeAccountResponse(account_id=self.books.account)

    def CreateCardSetup(self, request, context):
        with self.books.lock:
            setup = self.books.setups.get(request.idempotency_key)
            if setup is None:
                setup = {"id": f"ps_{secrets.token_hex(16)}", "key": request.idempotency_key}
                setup |= {"wallet": request.wallet_id, "secret": secrets.token_hex(16)}
                self.books.keep("setup", setup)
            elif setup["wallet"] != request.wallet_id:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the key was used for another wallet")
        return messages.CreateCardSetupResponse(setup_id=setup["id"], client_secret=setup["secret"])

    def ListEvents(self, request, context):
        with self.books.lock:
            start = int(request.cursor or "0")
            kept = self.books.events[start : start + request.page_size]
            end, total = start + len(kept), len(self.books.events)
        listed = [self.event(start + place, kind, fields) for place, (kind, fields) in enumerate(kept)]
        return messages.ListEventsResponse(events=listed, cursor=str(end), has_more=end < total)

    def DescribePaymentMethod(self, request, context):
        self.known(request.payment_method_token, context)
        return messages.DescribePaymentMethodResponse(card=self.card())

    def VerifyPaymentMethod(self, request, context):
        decline = self.known(request.payment_method_token, context)
        if decline:
            return messages.VerifyPaymentMethodResponse(decline=cards.Decline(code=decline))
        return messages.VerifyPaymentMethodResponse(card=self.card())

    def AttachPaymentMethod(self, request, context):
        # Nothing is stored, so the request is idempotent.
        decline = self.known(request.payment_method_token, context)
        if decline:
            return messages.AttachPaymentMethodResponse(decline=cards.Decline(code=decline))
        attached = cards.AttachedPaymentMethod(payment_method_token=request.payment_method_token, card=self.card())
        return messages.AttachPaymentMethodResponse(payment_method=attached)

    def DetachPaymentMethod(self, request, context):
        return messages.DetachPaymentMethodResponse()

    def CreateCharge(self, request, context):
        fields = [request.recharge_id, request.wallet_id, request.amount.currency_code, request.amount.micros]
        fields += [request.payment_method_token, request.cardholder_present]
        with self.books.lock:
            charge = self.books.charges.get(request.idempotency_key)
            if charge is None:
                decline = self.known(request.payment_method_token, context)
                charge = {"id": f"py_{secrets.token_hex(16)}", "key": request.idempotency_key, "decline": decline}
                charge["fields"] = fields
                self.books.keep("charge", charge)
            elif charge["fields"] != fields:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the key was used for another charge")
        return messages.CreateChargeResponse(charge=self.message(charge))

    def FindCharge(self, request, context):
        with self.books.lock:
            found = [c for c in self.books.charges.values() if request.idempotency_key in ("", c["key"])]
            found = [c for c in found if request.charge_id in ("", c["id"])]
        return messages.FindChargeResponse(charge=self.message(found[0]) if found else None)

    def CreateRefund(self, request, context):
        fields = [request.charge_id, request.recharge_id, request.amount.currency_code, request.amount.micros]
        with self.books.lock:
            refund = self.books.refunds.get(request.idempotency_key)
            if refund is None:
                paid = [c for c in self.books.charges.values() if c["id"] == request.charge_id and not c["decline"]]
                gone = sum(r["fields"][3] for r in self.books.refunds.values() if r["fields"][0] == request.charge_id)
                if not paid or request.amount.micros > paid[0]["fields"][3] - gone:
                    context.abort(grpc.StatusCode.FAILED_PRECONDITION, "less is left of the charge than this")
                refund = {"id": f"pr_{secrets.token_hex(16)}", "key": request.idempotency_key, "fields": fields}
                self.books.keep("refund", refund)
            elif refund["fields"] != fields:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "the key was used for another refund")
        return messages.CreateRefundResponse(refund=self.refund(refund))

    def FindRefund(self, request, context):
        with self.books.lock:
            found = self.books.refunds.get(request.idempotency_key)
        if found and found["fields"][0] != request.charge_id:
            found = None
        return messages.FindRefundResponse(refund=self.refund(found) if found else None)

    def event(self, place, kind, fields):
        event = events.Event(event_id=f"py_{self.books.account}_{place}")
        if kind == "charge":
            event.charge.CopyFrom(self.message(fields))
        else:
            event.refund.CopyFrom(self.refund(fields))
        return event

    @staticmethod
    def refund(kept):
        charge_id, _, currency_code, micros = kept["fields"]
        message = refunds.Refund(refund_id=kept["id"], idempotency_key=kept["key"], charge_id=charge_id)
        message.state = refunds.Refund.REFUNDED
        message.amount.currency_code = currency_code
        message.amount.micros = micros
        return message

    @staticmethod
    def known(token, context):
        if token not in DECLINES:
            context.abort(grpc.StatusCode.NOT_FOUND, "there is no such payment method")
        return DECLINES[token]

    @staticmethod
    def card():
        return cards.Card(brand="visa", last4="4242", expiry_month=12, expiry_year=2040)

    @staticmethod
    def message(charge):
        recharge_id, _, currency_code, micros = charge["fields"][:4]
        message = charges.Charge(charge_id=charge["id"], recharge_id=recharge_id, state=charges.Charge.PAID)
        message.amount.currency_code = currency_code
        message.amount.micros = micros
        if charge["decline"]:
            message.state = charges.Charge.DECLINED
            message.decline_code = charge["decline"]
        return message


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
