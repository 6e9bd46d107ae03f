import UnixGRPC

/// Calls of creditsd's VerifyLedger and BackupLedger. Their messages are built in rather than read by reflection.
enum LedgerStream {
  static func responses(
    of method: String,
    _ request: [UInt8],
    on connection: Connection
  ) async throws -> StreamingCall {
    let name = MethodName(service: "credits.v1.WalletService", method: method)
    let call = try await connection.startCall(name, timeout: nil)
    try await call.send(request)
    call.finishSending()
    return call
  }

  static func failure(_ status: GRPCStatus, _ connection: Connection) -> CommandFailure {
    status.code == .unimplemented
      ? .schema("the server on \(connection.socket) is no creditsd") : connection.failure(status)
  }
}
