import Logging
import Synchronization
import SystemCalls

/// Logs when a server begins to refuse connections, and when it has ceased to: a line each, however many were refused.
final class AdmissionLog: Sendable {
  /// Time without a refusal after which it is over. A client that fails over and over tries again within seconds.
  private static let quietInterval = Duration.seconds(2)

  /// Who is refused, or why nobody can be accepted.
  private enum Subject: Hashable, Sendable {
    case user(UInt32)
    case hastyUser(UInt32)
    case everybody
    case unacceptable(errno: Int32)
  }

  private let logger: Logger
  private let episodes = Mutex(RefusalEpisodes<Subject>())

  init(_ logger: Logger) {
    self.logger = logger
  }

  /// A connection of `peer` was refused. Called on `eventLoop`.
  func refused(_ peer: PeerCredentials, _ refusal: ConnectionShares.Refusal, on eventLoop: EventLoop) {
    switch refusal {
    case .ofUser(let limit):
      begin(.user(peer.userID), ["connections": "\(limit)", "pid": "\(peer.processID)"], on: eventLoop)
    case .ofAll(let limit): begin(.everybody, ["connections": "\(limit)"], on: eventLoop)
    case .tooOften: begin(.hastyUser(peer.userID), ["pid": "\(peer.processID)"], on: eventLoop)
    }
  }

  /// accept(2) has failed. Called on `eventLoop`.
  func couldNotAccept(errno: Int32, on eventLoop: EventLoop) {
    begin(.unacceptable(errno: errno), [:], on: eventLoop)
  }

  /// Ends what has not ended. For the end of the server, whose event loops fire no more timers.
  func endAll() { report(episodes.withLock { $0.endAll() }) }

  private func begin(_ subject: Subject, _ metadata: Logger.Metadata, on eventLoop: EventLoop) {
    let (begins, isFirst) = episodes.withLock { episodes in
      let isFirst = !episodes.isAnyOpen
      return (episodes.refuse(subject), isFirst)
    }
    guard begins else { return }
    logger.warning("connections are refused", metadata: metadata.merging(["about": Self.text(subject)]) { $1 })
    if isFirst { scheduleCheck(on: eventLoop) }
  }

  private func scheduleCheck(on eventLoop: EventLoop) {
    _ = eventLoop.schedule(in: Self.quietInterval) { [self] in
      let (ended, isAnyOpen) = episodes.withLock { episodes in
        let ended = episodes.passInterval()
        return (ended, episodes.isAnyOpen)
      }
      report(ended)
      if isAnyOpen { scheduleCheck(on: eventLoop) }
    }
  }

  private func report(_ ended: [(subject: Subject, count: Int)]) {
    for (subject, count) in ended {
      logger.notice(
        "connections are accepted again",
        metadata: ["about": Self.text(subject), "refused": "\(count)"]
      )
    }
  }

  private static func text(_ subject: Subject) -> Logger.MetadataValue {
    switch subject {
    case .user(let user): "uid \(user) has as many as it may have"
    case .hastyUser(let user):
      "uid \(user) may call nothing, and connects more than \(StrangerRate.perSecond) times a second"
    case .everybody: "there are as many as there may be"
    case .unacceptable(let code): "\(SystemError(code).description)"
    }
  }
}
