import Logging
import UnixGRPC

/// Logs one line per call: caller, method, status, time. Never logs messages, idempotency keys or metadata.
struct CallLog {
  private let logger: Logger

  init() {
    var logger = Logger(label: "creditsd.calls")
    // A separate option enables this log, so it ignores the configured level.
    logger.logLevel = .info
    self.logger = logger
  }

  @Sendable func record(_ call: CallSummary) {
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
}
