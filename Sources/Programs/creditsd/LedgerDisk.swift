import LedgerEngine
import Logging
import Synchronization
import UnixGRPC

/// Tells people about a full disk: in the log when it begins and when it ends, and in health while it lasts.
///
/// Reads are still served, so that callers which ask health first have to expect refusals of changes only.
final class LedgerDisk: Sendable {
  fileprivate struct State {
    var isFull = false
    var health: HealthRegistry?
    var services: [String] = []
  }

  private let state = Mutex(State())
  private let directory: String
  private let logger: Logger

  init(directory: String, logger: Logger) {
    self.directory = directory
    self.logger = logger
  }

  /// Called on the committer's thread.
  func changed(_ condition: DiskCondition) {
    switch condition {
    case .full(let reason):
      logger.critical(
        "the disk with \(directory) is full: changes are refused, reads are served; make room, nothing needs a restart",
        metadata: ["reason": "\(reason)"]
      )
    case .hasRoom: logger.notice("the disk with \(directory) has room again: changes are accepted")
    }
    state.withLock { state in
      state.isFull = condition != .hasRoom
      state.report()
    }
  }

  /// Sets the status of the server and of `services`, now and with each change.
  func report(to health: HealthRegistry, services: [String]) {
    state.withLock { state in
      state.health = health
      state.services = services
      state.report()
    }
  }
}

extension LedgerDisk.State {
  fileprivate func report() {
    let status: HealthRegistry.ServingStatus = isFull ? .notServing : .serving
    for service in [""] + services { health?.setStatus(status, forService: service) }
  }
}
