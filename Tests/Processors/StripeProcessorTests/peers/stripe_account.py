"""The state of a Stripe account in one mode, as Stripe's documentation describes it (https://docs.stripe.com/api).

Only what credits-stripe uses.
"""

import itertools
import re

# The names of test cards (https://docs.stripe.com/testing): brand, last four digits, and what their charges meet.
CARDS = {
    "pm_card_visa": ("visa", "4242", None),
    "pm_card_mastercard": ("mastercard", "4444", None),
    "pm_card_visa_chargeDeclined": ("visa", "0002", ("card_declined", "generic_decline")),
    "pm_card_chargeDeclinedInsufficientFunds": ("visa", "9995", ("card_declined", "insufficient_funds")),
    "pm_card_chargeDeclinedExpiredCard": ("visa", "0069", ("expired_card", None)),
    "pm_card_chargeCustomerFail": ("visa", "0341", ("card_declined", "generic_decline")),
    "pm_card_authenticationRequired": ("visa", "3184", ("authentication_required", "authentication_required")),
    # As some banks decline an absent cardholder.
    "pm_card_declinedForAuthentication": ("visa", "3184", ("card_declined", "authentication_required")),
}
ATTACHABLE = {"pm_card_visa", "pm_card_mastercard", "pm_card_chargeCustomerFail"}
AUTHENTICATING = {"pm_card_authenticationRequired", "pm_card_declinedForAuthentication"}


class Refusal(Exception):
    """An error object. Stripe stores it for the request's key if `stored`: then the request was executed."""

    def __init__(self, status, kind, code=None, stored=False, **fields):
        super().__init__(code)
        self.status, self.stored = status, stored
        self.error = {"type": kind, "message": "words that may repeat the request", **fields}
        if code:
            self.error["code"] = code


def missing(param):
    return Refusal(404 if param == "id" else 400, "invalid_request_error", "resource_missing", param=param)


class Account:
    def __init__(self, id, livemode, clock, send):
        self.id, self.livemode, self.clock, self.send = id, livemode, clock, send
        self.numbers = itertools.count(1)
        self.customers, self.methods, self.intents, self.refunds, self.disputes = {}, {}, {}, {}, {}
        self.setups, self.events = {}, []
        self.lag, self.has_search = 0, True

    def name(self, prefix):
        return f"{prefix}_{'live' if self.livemode else 'test'}{next(self.numbers)}"

    def make(self, kind, prefix, **fields):
        made = {"id": self.name(prefix), "object": kind, "created": self.clock(), "livemode": self.livemode}
        return made | fields

    def report(self, kind, thing, previous=None):
        event = self.make("event", "evt", type=kind, data={"object": dict(thing)})
        if previous:
            event["data"]["previous_attributes"] = previous
        self.events.append(event)
        self.send(event)

    # Parameters

    @staticmethod
    def metadata(fields):
        return {name[9:-1]: value for name, value in fields.items() if name.startswith("metadata[")}

    def one(self, things, id, param="id"):
        if id not in things:
            raise missing(param)
        return things[id]

    # Customers

    def create_customer(self, fields):
        customer = self.make("customer", "cus", metadata=self.metadata(fields))
        self.customers[customer["id"]] = customer
        return customer

    def customer(self, id):
        if id not in self.customers or self.customers[id].get("deleted"):
            raise Refusal(400, "invalid_request_error", "resource_missing", param="customer")
        return self.customers[id]

    def delete_customer(self, id):
        customer = self.customer(id)
        for method in [m for m in self.methods.values() if m["customer"] == id]:
            self.detach(method["id"], {})
        self.report("customer.deleted", customer)
        customer["deleted"] = True

    def create_setup_intent(self, fields):
        self.customer(fields["customer"])
        setup = self.make("setup_intent", "seti", usage=fields["usage"], metadata=self.metadata(fields))
        setup["client_secret"] = f"{setup['id']}_secret_{next(self.numbers)}"
        setup["customer"] = fields["customer"]
        self.setups[setup["id"]] = setup
        return setup

    def finish_setup(self, id, card):
        """As the page does with the client secret."""
        return self.attach(card, {"customer": self.one(self.setups, id)["customer"]})

    # Payment methods

    def card(self, name, customer=None):
        brand, last4, _ = CARDS[name]
        method = self.make("payment_method", "pm", type="card", customer=customer, name=name, metadata={})
        return method | {"card": {"brand": brand, "last4": last4, "exp_month": 12, "exp_year": 2040}}

    def method(self, id, param="id"):
        return self.card(id) if id in CARDS else self.one(self.methods, id, param)

    def attach(self, id, fields):
        self.customer(fields["customer"])
        method = self.method(id)
        if method.get("gone"):
            raise Refusal(400, "invalid_request_error", "payment_method_unexpected_state", stored=True)
        if method["name"] not in ATTACHABLE | AUTHENTICATING:
            code, decline = CARDS[method["name"]][2]
            raise Refusal(402, "card_error", code, stored=True, decline_code=decline)
        if method["customer"] is not None:
            raise Refusal(400, "invalid_request_error", "payment_method_unexpected_state", stored=True)
        method["customer"] = fields["customer"]
        self.methods[method["id"]] = method
        self.report("payment_method.attached", method)
        return method

    def detach(self, id, fields):
        method = self.one(self.methods, id)
        if method["customer"] is None:
            raise Refusal(400, "invalid_request_error", "payment_method_unexpected_state", stored=True)
        previous, method["customer"], method["gone"] = {"customer": method["customer"]}, None, True
        self.report("payment_method.detached", method, previous)
        return method

    def update_method(self, id, fields):
        method = self.one(self.methods, id)
        if "@" not in fields.get("billing_details[email]", "@") or ".." in fields.get("billing_details[email]", ""):
            raise Refusal(400, "invalid_request_error", "email_invalid", param="billing_details[email]")
        if len(fields.get("billing_details[address][country]", "XX")) != 2:
            raise Refusal(400, "invalid_request_error", "country_unsupported", param="billing_details[address][country]")
        method["metadata"].update(self.metadata(fields))
        return method

    # Payment intents

    def create_intent(self, fields):
        method = self.method(fields["payment_method"], "payment_method")
        if method.get("gone") or method["customer"] != fields.get("customer"):
            raise Refusal(400, "invalid_request_error", "payment_method_unexpected_state", param="payment_method")
        intent = self.make("payment_intent", "pi", amount=int(fields["amount"]), currency=fields["currency"])
        intent |= {"metadata": self.metadata(fields), "payment_method": None, "last_payment_error": None}
        intent |= {"next_action": None, "customer": fields.get("customer"), "status": "requires_confirmation"}
        intent["client_secret"] = f"{intent['id']}_secret_{next(self.numbers)}"
        self.intents[intent["id"]] = intent
        return self.pay(intent, fields, method)

    def confirm(self, id, fields):
        intent = self.one(self.intents, id)
        if intent["status"] not in ("requires_payment_method", "requires_confirmation", "requires_action"):
            raise self.unexpected(intent)
        return self.pay(intent, fields, self.method(fields["payment_method"], "payment_method"))

    def pay(self, intent, fields, method):
        self.methods.setdefault(method["id"], method)
        intent |= {"last_payment_error": None, "next_action": None}
        trouble = CARDS[method["name"]][2]
        if method["name"] in AUTHENTICATING and fields.get("off_session") != "true":
            url = f"https://hooks.stripe.com/3d_secure/{intent['id']}"
            intent |= {"status": "requires_action", "payment_method": method["id"]}
            intent["next_action"] = {"type": "use_stripe_sdk"}
            if "return_url" in fields:
                redirect = {"url": url, "return_url": fields["return_url"]}
                intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": redirect}
            self.report("payment_intent.requires_action", intent)
            return intent
        if trouble:
            return self.decline(intent, method, *trouble)
        return self.succeed(intent, method)

    def succeed(self, intent, method):
        intent |= {"status": "succeeded", "payment_method": method["id"], "next_action": None}
        intent["last_payment_error"] = None
        self.report("payment_intent.succeeded", intent)
        return intent

    def decline(self, intent, method, code, decline):
        problem = {"type": "card_error", "code": code, "payment_method": {"id": method["id"], "object": "payment_method"}}
        if decline:
            problem["decline_code"] = decline
        intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
        intent["last_payment_error"] = problem
        self.report("payment_intent.payment_failed", intent)
        fields = {"decline_code": decline} if decline else {}
        raise Refusal(402, "card_error", code, stored=True, payment_intent=dict(intent), **fields)

    @staticmethod
    def unexpected(intent):
        code = "payment_intent_unexpected_state"
        return Refusal(400, "invalid_request_error", code, stored=True, payment_intent=dict(intent))

    def cancel(self, id, fields):
        intent = self.one(self.intents, id)
        if intent["status"] in ("succeeded", "canceled", "processing"):
            raise self.unexpected(intent)
        intent |= {"status": "canceled", "next_action": None}
        self.report("payment_intent.canceled", intent)
        return intent

    def authenticate(self, id, succeeds=True):
        intent = self.one(self.intents, id)
        assert intent["status"] == "requires_action", intent["status"]
        method = self.methods[intent["payment_method"]]
        if succeeds:
            return self.succeed(intent, method)
        try:
            self.decline(intent, method, "payment_intent_authentication_failure", None)
        except Refusal:
            return intent

    def pay_by_client_secret(self, id):
        """As somebody does who has kept the page open. Returns whether that was possible."""
        intent = self.one(self.intents, id)
        if intent["status"] not in ("requires_payment_method", "requires_action"):
            return False
        self.succeed(intent, self.card("pm_card_visa"))
        return True

    def set_status(self, id, status):
        self.one(self.intents, id)["status"] = status

    def set_created(self, id, seconds_ago):
        self.one(self.intents, id)["created"] = self.clock() - seconds_ago

    # Refunds and disputes

    def create_refund(self, fields):
        intent = self.one(self.intents, fields["payment_intent"], "payment_intent")
        left = intent["amount"] - sum(r["amount"] for r in self.refunds.values() if r["payment_intent"] == intent["id"])
        if intent["status"] != "succeeded" or int(fields["amount"]) > left:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded", stored=True)
        # Refunds have no livemode (https://docs.stripe.com/api/refunds/object).
        refund = {"id": self.name("re"), "object": "refund", "created": self.clock(), "status": "succeeded"}
        refund |= {"amount": int(fields["amount"]), "currency": intent["currency"], "payment_intent": intent["id"]}
        refund["metadata"] = self.metadata(fields)
        self.refunds[refund["id"]] = refund
        self.report("refund.created", refund)
        return refund

    def dispute(self, intent, status="needs_response", amount=None, id=None):
        charge = self.one(self.intents, intent)
        kind = "charge.dispute.updated" if id else "charge.dispute.created"
        dispute = self.disputes.get(id) or self.make("dispute", "dp", currency=charge["currency"])
        dispute |= {"payment_intent": intent, "status": status, "amount": amount or charge["amount"]}
        self.disputes[dispute["id"]] = dispute
        self.report(kind, dispute)
        return dispute

    def renew(self, id, year):
        method = self.one(self.methods, id)
        method["card"]["exp_year"] = year
        self.report("payment_method.automatically_updated", method)

    def books(self):
        """What was paid and given back, in cents, by recharge."""
        paid, given_back = {}, {}
        intents = [intent for intent in self.intents.values() if intent["status"] == "succeeded"]
        for intent in intents:
            paid.setdefault(intent["metadata"]["recharge_id"], []).append(intent["amount"])
        for refund in self.refunds.values():
            recharge = self.intents[refund["payment_intent"]]["metadata"]["recharge_id"]
            given_back[recharge] = given_back.get(recharge, 0) + refund["amount"]
        return {"paid": paid, "givenBack": given_back, "paidIntents": [intent["id"] for intent in intents]}

    def fill(self, count, act, *arguments):
        for _ in range(count):
            getattr(self, act)(*arguments)

    # Lists

    def page(self, things, fields):
        limit = int(fields.get("limit", "10"))
        if not 1 <= limit <= 100:
            raise Refusal(400, "invalid_request_error", "parameter_invalid_integer", param="limit")
        found = sorted(things, key=lambda t: (t["created"], int(re.sub(r"\D", "", t["id"]))), reverse=True)
        bounds = {"gte": lambda a, b: a >= b, "gt": lambda a, b: a > b, "lte": lambda a, b: a <= b, "lt": lambda a, b: a < b}
        for name, holds in bounds.items():
            if f"created[{name}]" in fields:
                found = [t for t in found if holds(t["created"], int(fields[f"created[{name}]"]))]
        if "payment_intent" in fields:
            found = [t for t in found if t.get("payment_intent") == fields["payment_intent"]]
        kinds = [value for name, value in fields.items() if name.startswith("types[")]
        if len(kinds) > 20:
            raise Refusal(400, "invalid_request_error", "parameter_invalid", param="types")
        if kinds:
            found = [t for t in found if t["type"] in kinds]
        ids = [t["id"] for t in found]
        for name in ("starting_after", "ending_before"):
            if name in fields and fields[name] not in ids:
                raise missing(name)
        if "ending_before" in fields:
            newer = found[: ids.index(fields["ending_before"])]
            return {"object": "list", "data": newer[-limit:], "has_more": len(newer) > limit}
        if "starting_after" in fields:
            found = found[ids.index(fields["starting_after"]) + 1 :]
        return {"object": "list", "data": found[:limit], "has_more": len(found) > limit}

    def search(self, things, fields):
        if not self.has_search:
            raise Refusal(400, "invalid_request_error", "search_unavailable")
        name, value = re.fullmatch(r"metadata\['(\w+)'\]:'(.*)'", fields["query"]).groups()
        value = re.sub(r"\\(.)", r"\1", value).casefold()
        seen = [t for t in things if t["created"] <= self.clock() - self.lag and not t.get("deleted")]
        found = [t for t in seen if t["metadata"].get(name, "").casefold() == value]
        return {"object": "search_result", "data": found[: int(fields.get("limit", "10"))], "has_more": False}

    def list_events(self, fields):
        kept = [e for e in self.events if e["created"] >= self.clock() - 30 * 86400]
        return self.page(kept, fields)
