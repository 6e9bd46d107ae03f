public import CreditsAPI
import UnixGRPC
import UnixGRPCProtobuf

/// The ledger as a whole.
public struct LedgerCalls: Sendable {
  let caller: Caller

  /// A page of all wallets, in the order in which they were created.
  ///
  /// - Parameters:
  ///   - pageSize: At most 1000.
  ///   - pageToken: Of the page before; empty for the first.
  public func wallets(
    pageSize: Int32 = 50,
    pageToken: String = "",
    timeout: Duration? = nil
  ) async throws -> Page<Wallet> {
    let request = ListWalletsRequest(pageSize: pageSize, pageToken: pageToken)
    let answer = try await caller.call(WalletServiceMethods.listWallets, request, timeout: timeout)
    return Page(items: answer.message.wallets, nextPageToken: answer.message.nextPageToken)
  }

  /// What happens in all wallets that somebody may have to be told of: low balances, recharges, expired holds, …
  ///
  /// - Parameter cursor: Of the last batch that was done with; nil for all from now on.
  public func events(after cursor: String? = nil) -> LedgerEvents {
    LedgerEvents(caller: caller, cursor: cursor ?? "")
  }

  /// Proves the ledger by replaying it, while it goes on working.
  ///
  /// - Parameters:
  ///   - known: `recordCount` and `digest` of an earlier verdict that was kept elsewhere.
  ///   - progress: Called now and then.
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

  /// Copies the ledger while it goes on working, and hands the copy to `write` piece by piece. It is complete only when
  /// this returns: write to another name, sync, then rename.
  ///
  /// - Throws: ``CreditsError``, and what `write` throws.
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

/// Some items of a list.
public struct Page<Item: Sendable>: Sendable {
  public let items: [Item]
  /// For the next page; empty on the last.
  public let nextPageToken: String
}
