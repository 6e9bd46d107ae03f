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
  private let choice: ProcessorChoice
  private let userID: UInt32
  private let health: HealthRegistry
  private let logger: Logger

  /// - Parameter userID: The user that the processor is expected to run as.
  init(_ choice: ProcessorChoice, userID: UInt32, health: HealthRegistry, logger: Logger) {
    self.choice = choice
    self.userID = userID
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
        metadata: ["reason": "\(reason)", "mend": "\(advice)"]
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

extension ProcessorStatus {
  private var advice: String {
    guard case .unix(let path) = choice else { return "look at its log" }
    return ProcessorDiagnosis.advice(socketPath: path, userID: userID)
      ?? "it listens: look at its log, which also has callers that it refuses"
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
