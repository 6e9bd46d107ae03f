/// Counts the memory of calls, and opens flow-control windows and starts calls as their user's memory allows.
extension ServerConnection {
  func upload(_ call: ServerCall) -> UserAccount.Upload {
    UserAccount.Upload(connection: self, stream: call.streamID)
  }

  func unreadBytesChanged(by byteCount: Int) { account.addResponse(byteCount) }

  /// Sets how many bytes are held of the request of `call`.
  func setHeldBytes(of call: ServerCall, to byteCount: Int) {
    let change = byteCount - call.heldBytes
    guard change != 0 else { return }
    heldBytes += change
    call.heldBytes = byteCount
    account.addRequest(change)
  }

  /// Counts payload bytes of responses; with a negative number, counts them no longer.
  func addUnsentBytes(_ byteCount: Int, to call: ServerCall) {
    guard byteCount != 0 else { return }
    unsentBytes += byteCount
    call.unsentBytes += byteCount
    account.addResponse(byteCount)
  }

  // MARK: Windows

  /// Returns bytes that need no memory to the windows of the connection and of `stream`.
  func openWindows(of stream: Int32, bytes: Int) {
    session.consumeConnection(bytes: bytes)
    session.consume(stream: stream, bytes: bytes)
  }

  /// Returns bytes of `call` to the windows that they came through, or withholds them: from the stream's window while its
  /// reader is behind, from both while the user's memory is used up.
  func openWindows(of call: ServerCall, bytes: Int) {
    call.withheldBytes += bytes
    call.withheldConnectionBytes += bytes
    if mayOpenWindows(of: call) { openWithheldWindows(of: call) }
  }

  private func mayOpenWindows(of call: ServerCall) -> Bool {
    guard call.heldBytes > 0, account.budget.isExhausted else { return true }
    // The sender whose turn it is shares this window.
    if account.isTurn(of: self) { openConnectionWindow(of: call) }
    return account.admits(upload(call), isBlocked: session.receivableBytes(stream: call.streamID) <= 0)
  }

  /// The reader of a request stream has emptied its buffer.
  func giveBackWindow(of call: ServerCall) {
    // The count can only shrink here, so the limit cannot be exceeded.
    try? countHeldBytes(of: call)
    guard call.withheldBytes > 0 || call.withheldConnectionBytes > 0 else { return }
    if mayOpenWindows(of: call) { openWithheldWindows(of: call) }
  }

  /// Opens the windows of an upload that has waited for memory. Called by the account.
  func openWindow(of upload: UserAccount.Upload) {
    guard transport.isOpen else { return }
    if account.isTurn(of: self) {
      for call in openCalls where call.withheldConnectionBytes > 0 { openConnectionWindow(of: call) }
    }
    if let call = call(on: upload.stream) { openWithheldWindows(of: call) }
    transport.setNeedsFlush()
  }

  private func openWithheldWindows(of call: ServerCall) {
    if account.hasUploads, call.heldBytes == 0 { account.finish(upload(call)) }
    openConnectionWindow(of: call)
    // A reader that is behind opens the stream's window itself.
    guard call.requests?.isEmpty ?? true, call.withheldBytes > 0 else { return }
    session.consume(stream: call.streamID, bytes: call.withheldBytes)
    call.withheldBytes = 0
  }

  func openConnectionWindow(of call: ServerCall) {
    guard call.withheldConnectionBytes > 0 else { return }
    session.consumeConnection(bytes: call.withheldConnectionBytes)
    call.withheldConnectionBytes = 0
  }

  /// Ends an upload that has had its turn beyond the limit of its user's memory, and sent nothing. Called by the account.
  func endStalled(_ upload: UserAccount.Upload) {
    guard transport.isOpen, let call = call(on: upload.stream), call.status == nil else { return }
    let message = "the user's memory is used up, and the rest of this message did not come: send it again"
    fail(call, GRPCStatus(code: .resourceExhausted, message: message))
    transport.setNeedsFlush()
  }

  /// A call has ended: it waits for nothing, and what it withheld of the connection's window is free.
  func leaveAccount(_ call: ServerCall) {
    if account.hasUploads { account.finish(upload(call)) }
    openConnectionWindow(of: call)
    if callAtBound == call.streamID { callAtBound = nil }
    account.callEnded()
  }

  // MARK: Calls

  /// Whether a call may be started although the user's responses use up its memory: one at a time on a connection whose
  /// client reads, so that a process that does not read stops itself and not its user's others.
  func mayStartAtBound(_ call: ServerCall) -> Bool {
    guard callAtBound == nil, unsentBytes == 0 else { return false }
    callAtBound = call.streamID
    return true
  }

  /// Starts the calls that have waited for memory. Called by the account.
  func startHeldCalls() {
    guard transport.isOpen else { return }
    receivedBatch()
    transport.setNeedsFlush()
  }
}
