import Ledger

/// A task with the processor that runs until it is done.
enum ProcessorTask: Hashable, Sendable {
  case recharge(RechargeID)
  case refund(RechargeRefundID)
  /// Detaches a removed card.
  case cardDetachment(PaymentMethodID)
}
