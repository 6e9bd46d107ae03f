public import CreditsAPI
import UnixGRPC
import UnixGRPCProtobuf

/// Calls that concern the whole ledger.
public struct LedgerCalls: Sendable {
  let caller: Caller

  /// Lists one page of all wallets, in the order in which they were created.
  ///
  /// - Parameters:
  ///   - pageSize: At most 1000.
  ///   - pageToken: ``Page/nextPageToken`` of the previous page; empty for the first.
  public func wallets(
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Wallet> {
    let request = ListWalletsRequest(pageSize: pageSize, pageToken: pageToken)
    let answer = try await caller.call(WalletServiceMethods.listWallets, request, timeout: timeout)
    return Page(items: answer.message.wallets, nextPageToken: answer.message.nextPageToken)
  }

  /// Watches the events of all wallets that a user may need to be notified of, such as low balances, recharges and
  /// expired holds.
  ///
  /// - Parameter cursor: ``EventBatch/cursor`` of the last batch that was processed; nil to start now.
  public func events(after cursor: String? = nil) -> LedgerEvents {
    LedgerEvents(caller: caller, cursor: cursor ?? "")
  }

  /// Verifies the ledger by replaying it, while it continues to serve.
  ///
  /// - Parameters:
  ///   - known: The `recordCount` and `digest` of an earlier verdict, stored elsewhere.
  ///   - progress: Called for each progress message of the server.
  public func verify(
    known: (recordCount: Int64, digest: String)? = nil,
    progress: (VerificationProgress) -> Void = { _ in }
  ) async throws -> Verdict {
    let request = VerifyLedgerRequest(knownRecordCount: known?.recordCount ?? 0, knownDigest: known?.digest ?? "")
    do {
      for try await response in try await caller.client.startCall(WalletServiceMethods.verifyLedger, request) {
        switch response.update {
        case .progress(let update)?: progress(update)
        case .verdict(let verdict)?: return verdict
        case nil: break
        }
      }
    } catch {
      throw CreditsError(error)
    }
    throw CreditsError(code: .internal, message: "the server gave no verdict")
  }

  /// Copies the ledger while it continues to serve, and passes the copy to `write` in chunks. The copy is complete only
  /// when this method returns: write it under a temporary name, sync, then rename.
  ///
  /// - Throws: ``CreditsError``, and any error of `write`.
  public func backup(_ write: ([UInt8]) async throws -> Void) async throws {
    let call: TypedCall<BackupLedgerRequest, BackupLedgerResponse>
    do { call = try await caller.client.startCall(WalletServiceMethods.backupLedger, BackupLedgerRequest()) } catch {
      throw CreditsError(error)
    }
    var responses = call.makeAsyncIterator()
    while true {
      let response: BackupLedgerResponse?
      do { response = try await responses.next() } catch { throw CreditsError(error) }
      guard let response else { return }
      try await write(response.chunk)
    }
  }
}

/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
  public let items: [Item]
  /// The token that requests the next page; empty on the last.
  public let nextPageToken: String
}
