/// Sends the response messages of a streaming call.
public struct ResponseWriter: Sendable {
  let streamID: Int32
  let connection: ServerConnection
  let gate: OutboundGate

  /// Sends `message`; suspends while 64 KiB or more wait for the caller's flow-control window.
  ///
  /// - Throws: ``GRPCStatus`` if the call has ended: cancelled, past its deadline, or disconnected.
  public func write(_ message: [UInt8]) async throws {
    try await write(message, holdingAtMost: OutboundGate.highWaterMark)
  }

  /// As `write`, and suspends while `byteCount` bytes or more wait.
  package func write(_ message: [UInt8], holdingAtMost byteCount: Int) async throws {
    try gate.enter(message.count)
    connection.post(.message(streamID, message))
    try await gate.waitForRoom(below: byteCount)
  }
}
