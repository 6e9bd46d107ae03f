import Ledger

/// Work with the processor that goes on until it is done.
enum ProcessorTask: Hashable, Sendable {
  case recharge(RechargeID)
  case refund(RechargeRefundID)
  /// Detaches a card that was removed.
  case cardDetachment(PaymentMethodID)
}
