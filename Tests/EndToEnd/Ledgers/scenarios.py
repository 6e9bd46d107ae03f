"""What is written while the processor answers: each function adds the records that it is named for."""

from calls import dollars
from ledger import BILLING, signed

VISA, MASTERCARD = "pm_card_visa", "pm_card_mastercard"
# Can be saved, and declines every charge.
DECLINING = "pm_card_chargeCustomerFail"
AUTHENTICATING = "pm_card_authenticationRequired"


def usage(ledger):
    """Charges, holds, refunds of both, and refusals."""
    wallet = ledger.wallet("usage")
    memo = "für Ada, zum Anfang"
    grant = ledger.call("GrantCredits", wallet_id=wallet, amount=dollars(100), memo=memo).entry
    charge = ledger.charge(wallet, 3.25, reference="call 7")
    for reason in ["NUMBER_PURCHASE", "TEXT", "OTHER"]:
        ledger.charge(wallet, 0.0079, reason)
    # Canonically equivalent, and yet two keys.
    for accent in ["\u00e9", "e\u0301"]:
        ledger.charge(wallet, 1, key=f"caf{accent} {'x' * 240}")
    ledger.call("RefundCharge", entry_id=charge.entry_id, amount=dollars(1.25))
    ledger.refused("REFUND_EXCEEDS_CHARGE", "RefundCharge", entry_id=charge.entry_id, amount=dollars(3))
    ledger.refused("ENTRY_NOT_REFUNDABLE", "RefundCharge", entry_id=grant.entry_id, amount=dollars(1))
    ledger.refused("INSUFFICIENT_CREDITS", "Charge", wallet_id=wallet, amount=dollars(1000), reason="CALL")
    ledger.refused("WALLET_EXISTS", "CreateWallet", wallet_id=wallet, currency_code="USD")

    captured = ledger.hold(wallet, 20, reference="call 8", wait_for_recharge=True)
    ledger.call("ExtendHold", hold_id=captured, additional_amount=dollars(5), ttl={"seconds": 3600})
    part = ledger.call("CaptureHold", hold_id=captured, amount=dollars(4)).entry
    ledger.call("RefundCharge", entry_id=part.entry_id, amount=dollars(4))
    ledger.call("CaptureHold", hold_id=captured, amount=dollars(30), final=True)
    ledger.refused("HOLD_RESOLVED", "ReleaseHold", hold_id=captured)
    released = ledger.hold(wallet, 1)
    ledger.call("ReleaseHold", hold_id=released)
    ledger.refused("HOLD_RESOLVED", "ExtendHold", hold_id=released, additional_amount=dollars(1))

    exceeded = ledger.hold(ledger.wallet("shortfall", granted=10), 10)
    ledger.refused("SHORTFALL_LIMIT", "CaptureHold", hold_id=exceeded, amount=dollars(25))
    ledger.call("CaptureHold", hold_id=exceeded, amount=dollars(15), final=True)


def expiry(ledger):
    """Holds that expire, one of them captured late."""
    wallet = ledger.wallet("expiry", granted=10)
    late, expired = (ledger.hold(wallet, 2, ttl={"seconds": 60}) for _ in range(2))
    ledger.clock.advance(minutes=2)
    ledger.until_state("EXPIRED", "GetHold", "hold", hold_id=expired)
    ledger.refused("HOLD_RESOLVED", "ReleaseHold", hold_id=expired)
    ledger.call("CaptureHold", hold_id=late, amount=dollars(1), final=True)


def administration(ledger):
    """Wallets that are frozen and closed."""
    frozen = ledger.wallet("frozen", granted=5)
    ledger.call("FreezeWallet", wallet_id=frozen)
    ledger.refused("WALLET_FROZEN", "Charge", wallet_id=frozen, amount=dollars(1), reason="CALL")
    ledger.call("UnfreezeWallet", wallet_id=frozen)
    ledger.refused("WALLET_NOT_FROZEN", "UnfreezeWallet", wallet_id=frozen)
    ledger.hold(frozen, 1, ttl={"seconds": 7 * 86_400})
    ledger.refused("WALLET_NOT_EMPTY", "CloseWallet", wallet_id=frozen)
    ledger.call("FreezeWallet", wallet_id=frozen)
    closed = ledger.wallet("closed")
    ledger.call("CloseWallet", wallet_id=closed)
    ledger.refused("WALLET_CLOSED", "Charge", wallet_id=closed, amount=dollars(1), reason="CALL")


def cards(ledger):
    """Cards that are saved, declined, made the default and removed."""
    wallet = ledger.wallet("cards")
    first = ledger.save_card(wallet, VISA)
    second = ledger.save_card(wallet, "pm_sim_expires_2035_02")
    ledger.call("SetDefaultPaymentMethod", wallet_id=wallet, payment_method_id=first)
    ledger.call("RemovePaymentMethod", wallet_id=wallet, payment_method_id=first)
    ledger.call("SetDefaultPaymentMethod", wallet_id=wallet, payment_method_id=second)
    card = {"payment_method_token": "pm_card_visa_chargeDeclined", "billing_details": BILLING}
    ledger.refused("PAYMENT_DECLINED", "SavePaymentMethod", wallet_id=wallet, **card)
    full = ledger.wallet("ten cards")
    for number in range(10):
        ledger.save_card(full, VISA, is_kept=number == 9)
    card["payment_method_token"] = MASTERCARD
    ledger.refused("PAYMENT_METHOD_LIMIT", "SavePaymentMethod", wallet_id=full, **card)


def recharges(ledger):
    """Recharges that are paid, declined and failed."""
    wallet = ledger.wallet("recharges")
    ledger.refused("PAYMENT_METHOD_REQUIRED", "Recharge", wallet_id=wallet, amount=dollars(25))
    settings = {"enabled": True, "threshold": dollars(10), "amount": dollars(50), "monthly_limit": dollars(100)}
    paid = ledger.recharge(wallet, 25, VISA, auto_recharge=settings)
    assert paid.state == paid.PAID
    ledger.recharge(wallet, 10.5)
    declined = ledger.recharge(wallet, 10, DECLINING)
    assert declined.state == declined.DECLINED
    refund = {"recharge_id": declined.recharge_id, "amount": dollars(10)}
    ledger.refused("RECHARGE_NOT_REFUNDABLE", "RefundRecharge", **refund)
    ledger.recharge(wallet, 30, MASTERCARD, "ChangeCardAndPay")
    ledger.recharge(wallet, 30, "pm_card_visa_chargeDeclined", "ChangeCardAndPay")
    review = {"recharge_id": paid.recharge_id, "outcome": "NO_MONEY_MOVED", "memo": "looked it up"}
    ledger.refused("NOT_IN_REVIEW", "SettleReview", **review)

    unauthenticated = ledger.recharge(ledger.wallet("not authenticated"), 10, AUTHENTICATING)
    assert unauthenticated.state == unauthenticated.AUTHENTICATION_REQUIRED
    ledger.clock.advance(hours=1, minutes=2)
    ledger.until_recharge(unauthenticated.recharge_id, "FAILED")


def refunds(ledger):
    """Refunds that succeed, that the bank refuses at once or later, and the limit of fifty."""
    wallet = ledger.wallet("refunds")
    refunded = ledger.recharge(wallet, 40, "pm_card_pendingRefund").recharge_id
    ledger.refund(refunded, 15)
    ledger.refused("REFUND_EXCEEDS_RECHARGE", "RefundRecharge", recharge_id=refunded, amount=dollars(30))
    refused = ledger.recharge(ledger.wallet("refund refused"), 10, "pm_card_refundFail").recharge_id
    ledger.refund(refused, 10)
    returned = ledger.recharge(ledger.wallet("refund returned"), 20, VISA).recharge_id
    refund = ledger.refund(returned, 5)
    assert refund.state == refund.REFUNDED
    key, name = f"credits-{refund.refund_id}", ledger.refund_at_processor(refund.refund_id)
    charge = ledger.charge_at_processor(returned)
    event = ["evt_returned", "refund", "", name, key, charge, "5000000", "USD", "failed", "lost_card"]
    ledger.ingest(*signed("\t".join(event).encode()))
    limited = ledger.recharge(ledger.wallet("fifty refunds"), 10, VISA).recharge_id
    for _ in range(50):
        ledger.refund(limited, 0.1, is_kept=False)
    ledger.refused("REFUND_LIMIT", "RefundRecharge", recharge_id=limited, amount=dollars(0.1))


def disputes(ledger):
    """Disputes that are open, won and lost."""
    settings = {"enabled": True, "threshold": dollars(10), "amount": dollars(10)}
    for wallet_id, token in [
        ("dispute open", "pm_card_createDispute"),
        ("dispute won", "pm_sim_disputeWon"),
        ("dispute lost", "pm_sim_disputeLost"),
    ]:
        recharge = ledger.recharge(ledger.wallet(wallet_id), 20, token, auto_recharge=settings)
        for event in ledger.dispute_events(recharge.recharge_id):
            ledger.ingest(*event)
    ledger.until_auto_recharge("dispute open", "SUSPENDED")


def auto_recharges(ledger):
    """Automatic recharges that are armed, disabled, at their monthly limit, and suspended."""
    for wallet_id in ["automatic", "automatic off", "automatic limit", "automatic without card"]:
        ledger.save_card(ledger.wallet(wallet_id), VISA)
        limit = {"monthly_limit": dollars(30)} if wallet_id == "automatic limit" else {}
        ledger.set_auto_recharge(wallet_id, **limit)
        ledger.until_auto_recharge(wallet_id, "COOLDOWN")
    # Its phase stays COOLDOWN.
    ledger.set_auto_recharge("automatic off", enabled=False)
    ledger.refused("AUTO_RECHARGE_DISABLED", "ResumeAutoRecharge", wallet_id="automatic off")
    card = ledger.call("GetPaymentMethod", wallet_id="automatic without card").payment_method.payment_method_id
    ledger.call("RemovePaymentMethod", wallet_id="automatic without card", payment_method_id=card)
    ledger.charge("automatic limit", 20)
    ledger.clock.advance(minutes=2)
    ledger.until_auto_recharge("automatic", "ARMED")
    ledger.until_auto_recharge("automatic limit", "LIMIT_REACHED")
    ledger.until_auto_recharge("automatic without card", "SUSPENDED")
    declined = ["automatic declined", "automatic suspended"]
    for wallet_id in declined:
        ledger.save_card(ledger.wallet(wallet_id), DECLINING)
        ledger.set_auto_recharge(wallet_id)
    for count, hours in enumerate([1, 2, 4], start=1):
        for wallet_id in declined:
            ledger.until_declined(wallet_id, count)
        ledger.clock.advance(hours=hours, minutes=1)
    for wallet_id in declined:
        ledger.until_auto_recharge(wallet_id, "SUSPENDED")
