import Logging
import Synchronization
import UnixGRPC

/// Logs one line per call: caller, method, status, time. Never logs messages, idempotency keys or metadata.
///
/// Of calls that were refused, which anybody who can connect can make at any rate, a few are written in an interval, and
/// the others are counted.
final class CallLog: Sendable {
  /// What refused calls have in common that are counted together. Not their path, which is the caller's choice.
  private struct Refusal: Hashable, Sendable {
    let userID: UInt32
    let code: GRPCStatus.Code
  }

  /// Refused calls of a user with a status that are written in an interval: what an honest mistake causes.
  private static let refusalsPerInterval = 100
  private static let interval = Duration.seconds(10)

  private let logger: Logger
  private let limit = Mutex(RepetitionLimit<Refusal>(linesPerInterval: refusalsPerInterval))

  init() {
    var logger = Logger(label: "creditsd.calls")
    // A separate option enables this log, so it ignores the configured level.
    logger.logLevel = .info
    self.logger = logger
  }

  @Sendable func record(_ call: CallSummary) {
    guard !call.isHandled else { return write(call) }
    switch limit.withLock({ $0.decide(Refusal(userID: call.peer.userID, code: call.code)) }) {
    case .write: write(call)
    case .count: break
    case .countFirst:
      Task {
        try? await Task.sleep(for: Self.interval)
        self.writeCounts()
      }
    }
  }

  private func write(_ call: CallSummary) {
    let microseconds = call.duration / .microseconds(1)
    logger.info(
      "call",
      metadata: [
        "uid": "\(call.peer.userID)",
        "pid": "\(call.peer.processID)",
        "method": "\(call.path)",
        "status": "\(call.code)",
        "microseconds": "\(Int(microseconds))",
      ]
    )
  }

  /// Writes how many refused calls were counted since it was last called.
  func writeCounts() {
    for (refusal, count) in limit.withLock({ $0.takeCounts() }) {
      var metadata: Logger.Metadata = ["count": "\(count)"]
      if let refusal {
        metadata["uid"] = "\(refusal.userID)"
        metadata["status"] = "\(refusal.code)"
      }
      logger.info("refused calls, not written one by one", metadata: metadata)
    }
  }
}
