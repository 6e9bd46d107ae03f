import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC
import UnixGRPCProtobuf

// Watches.
extension WalletHandlers {
  func watchWallet(
    _ request: WatchWalletRequest,
    responses: TypedResponses<WatchWalletResponse>,
    context: ServerContext
  ) async throws {
    let walletID = try RequestFields.walletID(request.walletID)
    let start = try RequestFields.start(request.start)
    // Read the wallet first: questions expire due holds, so the snapshot does not include them.
    _ = try await ledger.reply(to: GetWallet(walletID), context)
    let updates = ledger.committer.watch(walletID, from: start)
    defer { updates.abandon() }
    try await withTaskExecutorPreference(context.backgroundExecutor) {
      while let update = try await updates.next() {
        let response = try Self.encode(update, for: responses)
        try await responses.write(encoded: response, holdingAtMost: Self.mostUnsentBytes)
      }
    }
  }

  /// Never inlined, so that the tasks of waiting watches have no room for messages.
  @inline(never)
  private static func encode(_ update: WalletUpdate, for responses: TypedResponses<WatchWalletResponse>) throws
    -> [UInt8]
  {
    switch update {
    case .snapshot(let wallet): try responses.encode(WatchWalletResponse(update: .snapshot(Wallet(wallet))))
    case .change(let change):
      try change.encoded { record in try responses.encode(WatchWalletResponse(update: .change(try Change(record)))) }
    }
  }

  /// The bytes that a watch holds for a caller that does not read. Few, because there may be thousands of them, and each
  /// may hold other changes; what a caller has not read yet waits in the wallet's feed, once for all.
  private static let mostUnsentBytes = 4096

  func watchEvents(
    _ request: WatchEventsRequest,
    responses: TypedResponses<WatchEventsResponse>,
    context: ServerContext
  ) async throws {
    let updates = ledger.committer.watchEvents(after: try EventCursor(request.cursor), rules: eventRules)
    defer { updates.abandon() }
    try await withTaskExecutorPreference(context.backgroundExecutor) {
      try await deliver(updates, to: responses)
    }
  }

  private func deliver(_ updates: Relay<EventUpdate>, to responses: TypedResponses<WatchEventsResponse>) async throws {
    while let update = try await updates.next() {
      switch update {
      case .nothing(let cursor): try await responses.write(WatchEventsResponse(cursor: cursor.text))
      case .events(let events, let record):
        let change = try Change(record)
        try await responses.write(
          WatchEventsResponse(
            cursor: EventCursor(at: record).text,
            events: events.map { Event(kind: Event.Kind($0), change: change) }
          )
        )
      }
    }
  }
}

extension EventCursor {
  /// Returns nil for the empty text.
  fileprivate init?(_ text: String) throws(Refusal) {
    guard !text.isEmpty else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let record = Int64(parts[0]), record >= 0, let tag = UInt64(parts[1], radix: 16) else {
      throw .fieldInvalid(
        field: "cursor",
        description: "is not one that a response carried: leave it empty to begin now"
      )
    }
    self.init(record: record, tag: tag)
  }

  fileprivate var text: String { "\(record).\(String(tag, radix: 16))" }
}
