package import Ledger

/// Whether the processor can be used, as its last answer or silence says.
package enum ProcessorCondition: Hashable, Sendable {
  /// It answers, with this account.
  case answers(ProcessorAccount)
  /// It does not answer, or cannot be reached.
  case silent(reason: String)
  /// It charges for another account than the ledger's. Nothing that it says is believed.
  case otherAccount(ProcessorAccount, expected: ProcessorAccount)
}
