/// The memory that the server holds for one user, and what it may still be used for. Pure.
struct UserBudget: Sendable {
  /// Bytes at which windows close.
  let limit: Int
  /// Bytes of requests that no handler has taken, whole and partial.
  private(set) var requestBytes = 0
  /// Bytes of responses that the user has not read.
  private(set) var responseBytes = 0

  /// Bytes that connections may send beyond the limit, because their windows are wider than HTTP/2 has them.
  private(set) var wideWindowBytes = 0

  init(limit: Int) {
    self.limit = limit
  }

  var byteCount: Int { requestBytes + responseBytes }

  /// Whether windows are closed: what is held of a request is not returned to its sender's window.
  var isExhausted: Bool { byteCount >= limit }

  /// Whether new calls wait. Only responses make them wait: a request that is complete takes less memory when it is
  /// handled.
  var holdsCalls: Bool { responseBytes >= limit / 2 }

  /// How many windows of `window` bytes may be opened: one at least while the memory is not used up.
  func openableWindows(of window: Int) -> Int { isExhausted ? 0 : max(1, (limit - byteCount) / max(1, window)) }

  /// Takes room for a connection's window that is wider than HTTP/2 has it. There is room for a quarter of the limit: what
  /// windows let through is held beyond it. Returns whether there was room.
  mutating func takeWideWindow(of byteCount: Int) -> Bool {
    guard wideWindowBytes + byteCount <= limit / 4 else { return false }
    wideWindowBytes += byteCount
    return true
  }

  mutating func returnWideWindow(of byteCount: Int) { wideWindowBytes -= byteCount }

  /// Counts bytes of requests; with a negative number, counts them no longer.
  mutating func addRequest(_ byteCount: Int) { requestBytes += byteCount }

  /// Counts bytes of responses; with a negative number, counts them no longer.
  mutating func addResponse(_ byteCount: Int) { responseBytes += byteCount }
}
