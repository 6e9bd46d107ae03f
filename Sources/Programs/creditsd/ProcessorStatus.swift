import CreditsServer
import Logging
import Synchronization
import UnixGRPC

/// Tells people about the processor: in the log when it begins to answer, falls silent or turns out to be another, and in
/// health under a name of its own, because everything that needs no processor is served without it.
final class ProcessorStatus: Sendable {
  /// The processor in the health service.
  static let healthName = "processor"

  private let last = Mutex<ProcessorCondition?>(nil)
  private let health: HealthRegistry
  private let logger: Logger

  init(_ choice: ProcessorChoice, health: HealthRegistry, logger: Logger) {
    self.health = health
    self.logger = logger
    // Without a processor nothing is out of order.
    guard choice != .unconfigured else { return }
    health.setStatus(.unknown, forService: Self.healthName)
  }

  func changed(_ condition: ProcessorCondition) {
    let isNews = last.withLock { last in
      defer { last = condition }
      return last.map { $0.kind != condition.kind } ?? true
    }
    guard isNews else { return }
    switch condition {
    case .answers(let account):
      logger.notice("the processor answers", metadata: ["account": "\(account)"])
      health.setStatus(.serving, forService: Self.healthName)
    case .silent(let reason):
      logger.error(
        "the processor does not answer: recharges wait, everything else is served",
        metadata: ["reason": "\(reason)"]
      )
      health.setStatus(.notServing, forService: Self.healthName)
    case .otherAccount(let account, let expected):
      logger.critical(
        "the processor charges for another account: nothing is charged until it is given the key of the ledger's account",
        metadata: ["account": "\(account)", "expected": "\(expected)"]
      )
      health.setStatus(.notServing, forService: Self.healthName)
    }
  }
}

extension ProcessorCondition {
  fileprivate enum Kind { case answers, silent, otherAccount }

  fileprivate var kind: Kind {
    switch self {
    case .answers: .answers
    case .silent: .silent
    case .otherAccount: .otherAccount
    }
  }
}
