"""The ledger that the scenarios write, with its clock and its processor."""

import hashlib
import hmac
import time

from calls import Credits, dollars

BILLING = {"name": "Ada Lovelace", "email": "ada@example.com", "country": "GB", "postal_code": "W1S 4BS"}


class Ledger(Credits):
    """The calls that scenarios make. Each wallet is named for its case."""

    def __init__(self, clock, processor, work):
        super().__init__()
        self.clock, self.processor, self.work = clock, processor, work

    # Calls.

    def wallet(self, wallet_id, granted=0):
        self.call("CreateWallet", wallet_id=wallet_id, currency_code="USD")
        if granted:
            self.call("GrantCredits", wallet_id=wallet_id, amount=dollars(granted), memo="a gift")
        return wallet_id

    def charge(self, wallet_id, amount, reason="CALL", **fields):
        return self.call("Charge", wallet_id=wallet_id, amount=dollars(amount), reason=reason, **fields).entry

    def hold(self, wallet_id, amount, **fields):
        request = {"wallet_id": wallet_id, "amount": dollars(amount), "reason": "CALL", **fields}
        return self.call("PlaceHold", **request).hold.hold_id

    def save_card(self, wallet_id, token, **fields):
        card = {"payment_method_token": token, "billing_details": BILLING}
        return self.call("SavePaymentMethod", wallet_id=wallet_id, **card, **fields).payment_method.payment_method_id

    def recharge(self, wallet_id, amount, token=None, method="Recharge", **fields):
        """Charges the card behind `token`; without one, the wallet's."""
        card = {"payment_method_token": token, "billing_details": BILLING} if token else {}
        return self.call(method, wallet_id=wallet_id, amount=dollars(amount), **card, **fields).recharge

    def refund(self, recharge_id, amount, **fields):
        return self.call("RefundRecharge", recharge_id=recharge_id, amount=dollars(amount), **fields).refund

    def set_auto_recharge(self, wallet_id, enabled=True, **limit):
        settings = {"enabled": enabled, "threshold": dollars(10), "amount": dollars(25), **limit}
        self.call("SetAutoRecharge", wallet_id=wallet_id, settings=settings)

    # Waiting.

    def until(self, condition, what):
        for _ in range(600):
            if condition():
                return
            time.sleep(0.1)
        raise SystemExit(f"not so within a minute: {what}")

    def until_state(self, state, method, field, **fields):
        """Repeats a call until the object in `field` of its response is in `state`."""
        kind = self.methods[method].response.DESCRIPTOR.fields_by_name[field].message_type
        number = kind.enum_types_by_name["State"].values_by_name[state].number
        self.until(lambda: getattr(self.call(method, **fields), field).state == number, f"{fields} is {state}")

    def until_recharge(self, recharge_id, state):
        self.until_state(state, "GetRecharge", "recharge", recharge_id=recharge_id)

    def until_auto_recharge(self, wallet_id, state):
        self.until_state(state, "GetAutoRecharge", "auto_recharge", wallet_id=wallet_id)

    def until_refund_needs_review(self, recharge_id, refund_id):
        def refund():
            refunds = self.call("GetRecharge", recharge_id=recharge_id).refunds
            return next(refund for refund in refunds if refund.refund_id == refund_id)

        self.until(lambda: refund().state == refund().NEEDS_REVIEW, f"refund {refund_id} needs review")

    def until_declined(self, wallet_id, count):
        def settings():
            return self.call("GetAutoRecharge", wallet_id=wallet_id).auto_recharge

        def is_so():
            now = settings()
            return now.state == now.BACKOFF and now.failure_count == count

        self.until(is_so, f"the card of {wallet_id} was declined {count} times")

    # The processor's books.

    def charge_at_processor(self, recharge_id):
        return self.name_at_processor("charge", 1, 4, f"credits-{recharge_id}")

    def refund_at_processor(self, refund_id):
        return self.name_at_processor("refund", 3, 2, f"credits-{refund_id}")

    def name_at_processor(self, kind, key_field, name_field, key):
        lines = [line.split("\t") for line in (self.work / "books").read_text().splitlines()]
        return next(line[name_field] for line in lines if line[0] == kind and line[key_field] == key)

    # The processor's events.

    def ingest(self, payload: bytes, signature: str):
        answer = self.call("IngestProcessorEvent", payload=payload, signature=signature)
        if answer.outcome != answer.TAKEN:
            raise SystemExit(f"the event was ignored: {payload}")

    def dispute_events(self, recharge_id):
        """Payload and signature of the simulator's events about disputes of a recharge, in their order."""
        lines = [line.split(b"\t", 1) for line in (self.work / "events").read_bytes().splitlines()]
        charge = f"\t{self.charge_at_processor(recharge_id)}\t".encode()
        events = [(payload, signature.decode()) for signature, payload in lines if charge in payload]
        return [event for event in events if b"\tdispute\t" in event[0]]


def signed(payload: bytes):
    """An event as the simulated processor signs it."""
    return payload, "v1=" + hmac.new(b"simulated", payload, hashlib.sha256).hexdigest()
