"""What is written while the processor fails, and what is open when the ledger is copied."""

import grpc

from calls import dollars
from ledger import signed
from processor_proxy import Mode
from scenarios import AUTHENTICATING, MASTERCARD, VISA

charges = grpc.protos("credits/processor/v1/charge.proto")
processor = grpc.protos("credits/processor/v1/payment_processor_service.proto")

# For calls that wait for a processor without an answer. Others are answered sooner.
TIMEOUT = 2
NO_LOOKUPS = {"FindCharge": Mode.REFUSE, "FindRefund": Mode.REFUSE, "CancelCharge": Mode.REFUSE}


def reviews(ledger):
    """Recharges and refunds without an outcome for 23 hours: some are settled by hand, others need review still."""
    charged = ["review paid", "review contradicted"]
    for wallet_id in [*charged, "review unpaid", "review automatic"]:
        ledger.save_card(ledger.wallet(wallet_id), VISA)
    refunded = ledger.recharge(ledger.wallet("review refunds"), 50, VISA).recharge_id

    dropped = {"CreateCharge": Mode.DROP_RESPONSE, "CreateRefund": Mode.DROP_RESPONSE}
    ledger.processor.set(Mode.FORWARD, **NO_LOOKUPS, **dropped)
    recharges = {wallet_id: ledger.recharge(wallet_id, 25, timeout=TIMEOUT).recharge_id for wallet_id in charged}
    refunds = [ledger.refund(refunded, 5, timeout=TIMEOUT).refund_id]
    ledger.processor.set(Mode.FORWARD, **NO_LOOKUPS, CreateCharge=Mode.REFUSE, CreateRefund=Mode.REFUSE)
    recharges["review unpaid"] = ledger.recharge("review unpaid", 25, timeout=TIMEOUT).recharge_id
    refunds += [ledger.refund(refunded, amount, timeout=TIMEOUT).refund_id for amount in [6, 7]]
    ledger.set_auto_recharge("review automatic")
    ledger.clock.advance(hours=23, minutes=1)
    for recharge_id in recharges.values():
        ledger.until_recharge(recharge_id, "NEEDS_REVIEW")
    ledger.until_auto_recharge("review automatic", "RECONCILING")
    for refund_id in refunds:
        ledger.until_refund_needs_review(refunded, refund_id)

    ledger.processor.set(Mode.FORWARD)
    paid = ledger.charge_at_processor(recharges["review paid"])
    settle(ledger, recharge_id=recharges["review paid"], processor_id=paid)
    settle(ledger, recharge_id=recharges["review unpaid"])
    contradict(ledger, paid, recharges["review contradicted"])
    made = ledger.refund_at_processor(refunds[0])
    settle(ledger, refund_id=refunds[0], processor_id=made)
    taken = {"refund_id": refunds[1], "processor_id": made, "outcome": "MONEY_MOVED", "memo": "the wrong one"}
    ledger.refused("PROCESSOR_REFUND_TAKEN", "SettleReview", **taken)
    settle(ledger, refund_id=refunds[1])


def settle(ledger, processor_id="", **subject):
    outcome = "MONEY_MOVED" if processor_id else "NO_MONEY_MOVED"
    ledger.call("SettleReview", outcome=outcome, processor_id=processor_id, memo="looked it up", **subject)


def contradict(ledger, charge_id, recharge_id):
    """Lets the processor claim that a charge which has paid one recharge has paid another."""
    charge = charges.Charge(charge_id=charge_id, recharge_id=recharge_id, amount=dollars(25), state="PAID")
    request = processor.FindChargeRequest(charge_id=charge_id).SerializeToString()
    ledger.processor.respond("FindCharge", request, processor.FindChargeResponse(charge=charge).SerializeToString())
    review = {"recharge_id": recharge_id, "processor_id": charge_id, "outcome": "MONEY_MOVED", "memo": "looked it up"}
    ledger.refused("PROCESSOR_CHARGE_TAKEN", "SettleReview", **review)


def open_matters(ledger):
    """One open matter of each kind. No timer is due within the next hour."""
    ledger.hold("usage", 1, reference="open", ttl={"seconds": 7 * 86_400})
    ledger.hold(ledger.wallet("due hold", granted=5), 2, reference="due", ttl={"seconds": 3600})
    ledger.recharge(ledger.wallet("open authentication"), 10, AUTHENTICATING)
    ledger.save_card(ledger.wallet("automatic authentication"), AUTHENTICATING)
    ledger.set_auto_recharge("automatic authentication")
    ledger.until_auto_recharge("automatic authentication", "ACTION_REQUIRED")
    ledger.call("ResumeAutoRecharge", wallet_id="automatic declined")
    ledger.until_auto_recharge("automatic declined", "BACKOFF")
    for wallet_id in ["open not charged", "open charging", "open removal", "open charged"]:
        ledger.save_card(ledger.wallet(wallet_id), VISA)
    refunded = ledger.recharge(ledger.wallet("open refunds"), 20, VISA).recharge_id

    # Done at the processor, without an answer.
    dropped = {"CreateCharge": Mode.DROP_RESPONSE, "CreateRefund": Mode.DROP_RESPONSE}
    ledger.processor.set(Mode.FORWARD, **NO_LOOKUPS, **dropped)
    ledger.recharge("open charged", 10, MASTERCARD, "ChangeCardAndPay", timeout=TIMEOUT)
    ledger.refund(refunded, 5, timeout=TIMEOUT)

    # The new card is not attached yet.
    ledger.processor.set(Mode.REFUSE, DescribePaymentMethod=Mode.FORWARD)
    settings = {"enabled": True, "threshold": dollars(10), "amount": dollars(25)}
    ledger.recharge(ledger.wallet("open new card"), 10, VISA, auto_recharge=settings, timeout=TIMEOUT)

    # Not known to the processor.
    ledger.processor.set(Mode.REFUSE)
    ledger.recharge("open not charged", 10, timeout=TIMEOUT)
    ledger.refused("WALLET_NOT_EMPTY", "CloseWallet", wallet_id="open not charged")
    ledger.set_auto_recharge("open charging")
    ledger.refund(refunded, 6, timeout=TIMEOUT)
    removed = ledger.call("ListPaymentMethods", wallet_id="open removal").default_payment_method_id
    ledger.call("RemovePaymentMethod", wallet_id="open removal", payment_method_id=removed)


def dispute_won(ledger):
    """The event that closes the open dispute. It is not ingested."""
    recharge = ledger.call("ListRecharges", wallet_id="dispute open").recharges[0]
    payload, _ = ledger.dispute_events(recharge.recharge_id)[0]
    return signed(payload.replace(b"evt_sim_", b"evt_sim_later_").removesuffix(b"opened") + b"won")
