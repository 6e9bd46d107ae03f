/// The connections of one user on one event loop: counts their memory, and lets their uploads and calls go on as there is
/// some.
///
/// `@unchecked Sendable`: all members are accessed on the event loop only, which debug builds assert; the conformance lets
/// it post work to itself there.
final class UserAccount: @unchecked Sendable {
  /// A request that is being received.
  struct Upload: Hashable, Sendable {
    let connection: ServerConnection
    let stream: Int32

    static func == (one: Self, other: Self) -> Bool {
      one.connection === other.connection && one.stream == other.stream
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(ObjectIdentifier(connection))
      hasher.combine(stream)
    }
  }

  private let eventLoop: EventLoop
  private let streamWindow: Int
  private(set) var budget: UserBudget
  private var turns = UploadTurns<Upload>()
  /// Connections with calls that have not been started.
  private var holding: [ObjectIdentifier: ServerConnection] = [:]
  private var isSettling = false
  private var timer: LoopTimer?

  /// - Parameters:
  ///   - limit: In bytes, see ``UserLimits/bytes``.
  ///   - streamWindow: Bytes that an upload may send when its window is opened.
  init(limit: Int, streamWindow: Int, eventLoop: EventLoop) {
    budget = UserBudget(limit: limit)
    self.streamWindow = streamWindow
    self.eventLoop = eventLoop
  }

  /// Returns the size of the window of a new connection. ``closeConnectionWindow(of:)`` has to follow when it has closed.
  ///
  /// - Parameter wide: The size if there is room.
  func openConnectionWindow(wide: Int32) -> Int32 {
    eventLoop.assertOnLoop()
    guard wide > HTTP2Session.usualWindow, budget.takeWideWindow(of: Int(wide)) else { return HTTP2Session.usualWindow }
    return wide
  }

  func closeConnectionWindow(of byteCount: Int32) {
    eventLoop.assertOnLoop()
    if byteCount > HTTP2Session.usualWindow { budget.returnWideWindow(of: Int(byteCount)) }
  }

  // MARK: Counting, for every message

  func addRequest(_ byteCount: Int) {
    budget.addRequest(byteCount)
    if byteCount < 0 { memoryFreed() }
  }

  func addResponse(_ byteCount: Int) {
    budget.addResponse(byteCount)
    if byteCount < 0 { memoryFreed() }
  }

  private func memoryFreed() {
    if turns.isAnyWaiting || !holding.isEmpty { settleSoon() }
  }

  // MARK: While memory is used up

  /// Whether the windows of `connection` stay open because one of its uploads has its turn.
  func isTurn(of connection: ServerConnection) -> Bool { turns.running?.connection === connection }

  /// Whether bytes of an upload may be returned to its window, of which bytes have arrived while memory is used up.
  ///
  /// - Parameter isBlocked: Whether its sender can send no more. It then waits for its turn.
  func admits(_ upload: Upload, isBlocked: Bool) -> Bool {
    if turns.running == upload {
      turns.arrived(upload, now: eventLoop.now)
      return true
    }
    if isBlocked {
      turns.wait(upload)
      settleSoon()
    }
    return false
  }

  /// Whether uploads wait, or have waited while memory was used up.
  var hasUploads: Bool { !turns.isIdle }

  /// An upload has completed a message or has ended. Only needed while there are uploads.
  func finish(_ upload: Upload) {
    turns.finish(upload)
    settleSoon()
  }

  /// Has `connection` start its calls when there is memory.
  func hold(_ connection: ServerConnection) { holding[ObjectIdentifier(connection)] = connection }

  /// A call has ended, whatever memory it had.
  func callEnded() {
    if !holding.isEmpty { settleSoon() }
  }

  /// A connection has closed: its calls have ended.
  func forget(_ connection: ServerConnection) { holding[ObjectIdentifier(connection)] = nil }

  /// In a later turn, because memory is freed in the middle of events of a connection.
  func settleSoon() {
    eventLoop.assertOnLoop()
    guard !isSettling else { return }
    isSettling = true
    eventLoop.execute { [self] in
      isSettling = false
      settle()
    }
  }

  private func settle() {
    timer?.cancel()
    timer = nil
    startCalls()
    guard budget.isExhausted else {
      for upload in turns.release(budget.openableWindows(of: streamWindow)) { upload.connection.openWindow(of: upload) }
      // Those whose windows were opened may not use them.
      if turns.isAnyWaiting { settle(in: UploadTurns<Upload>.patience) }
      return
    }
    while true {
      switch turns.next(now: eventLoop.now) {
      case .run(let upload): upload.connection.openWindow(of: upload)
      case .end(let upload): upload.connection.endStalled(upload)
      case .wait(let time): return settle(in: time)
      case .none: return
      }
    }
  }

  private func settle(in time: Duration) {
    timer = eventLoop.schedule(in: time) { [self] in
      timer = nil
      settle()
    }
  }

  private func startCalls() {
    guard !holding.isEmpty else { return }
    let connections = holding.values
    holding = [:]
    for connection in connections { connection.startHeldCalls() }
  }
}
