import Logging
import UnixGRPC

/// Writes a line per call: who, method, status, time. Never a message, a key or metadata.
struct CallLog {
  private let logger: Logger

  init() {
    var logger = Logger(label: "creditsd.calls")
    // Asked for by an option of its own, whatever the level of the rest.
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
