import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC
import UnixGRPCProtobuf

// Methods for administrators.
extension WalletHandlers {
  func grantCredits(_ request: GrantCreditsRequest, context: ServerContext, reply: TypedReply<GrantCreditsResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      GrantCredits(
        try RequestFields.walletID(request.walletID),
        try RequestFields.amount(request.amount),
        memo: try RequestFields.memo(request.memo)
      )
    } response: {
      GrantCreditsResponse(wallet: Wallet($0.wallet), entry: Entry($0.entry, of: $0.wallet))
    }
  }

  func adjustBalance(
    _ request: AdjustBalanceRequest,
    context: ServerContext,
    reply: TypedReply<AdjustBalanceResponse>
  ) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      let memo = try RequestFields.requiredMemo(request.memo)
      return AdjustBalance(
        try RequestFields.walletID(request.walletID),
        try RequestFields.adjustment(request.kind),
        try RequestFields.amount(request.amount),
        memo: memo
      )
    } response: {
      AdjustBalanceResponse(wallet: Wallet($0.wallet), entry: Entry($0.entry, of: $0.wallet))
    }
  }

  func freezeWallet(_ request: FreezeWalletRequest, context: ServerContext, reply: TypedReply<FreezeWalletResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      FreezeWallet(try RequestFields.walletID(request.walletID), memo: try RequestFields.memo(request.memo))
    } response: {
      FreezeWalletResponse(wallet: Wallet($0))
    }
  }

  func unfreezeWallet(
    _ request: UnfreezeWalletRequest,
    context: ServerContext,
    reply: TypedReply<UnfreezeWalletResponse>
  ) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      UnfreezeWallet(try RequestFields.walletID(request.walletID), memo: try RequestFields.memo(request.memo))
    } response: {
      UnfreezeWalletResponse(wallet: Wallet($0))
    }
  }

  func closeWallet(_ request: CloseWalletRequest, context: ServerContext, reply: TypedReply<CloseWalletResponse>) {
    ledger.answer(reply, context, to: request, key: request.idempotencyKey) {
      CloseWallet(try RequestFields.walletID(request.walletID), memo: try RequestFields.memo(request.memo))
    } response: {
      CloseWalletResponse(wallet: Wallet($0))
    }
  }

  func verifyLedger(
    _ request: VerifyLedgerRequest,
    responses: TypedResponses<VerifyLedgerResponse>,
    context: ServerContext
  ) async throws {
    let updates = ledger.committer.verify(known: try RequestFields.knownDigest(request))
    defer { updates.abandon() }
    while let update = try await updates.next() {
      switch update {
      case .progress(let progress):
        try await responses.write(VerifyLedgerResponse(update: .progress(.init(progress))))
      case .verdict(let verdict): try await responses.write(VerifyLedgerResponse(update: .verdict(.init(verdict))))
      }
    }
  }

  func backupLedger(
    _ request: BackupLedgerRequest,
    responses: TypedResponses<BackupLedgerResponse>,
    context: ServerContext
  ) async throws {
    let chunks = ledger.committer.backup()
    defer { chunks.abandon() }
    while let chunk = try await chunks.next() {
      try await responses.write(BackupLedgerResponse(size: chunk.byteCount, chunk: chunk.bytes))
    }
  }
}

extension VerifyLedgerResponse.Progress {
  fileprivate init(_ progress: VerificationProgress) {
    self.init(recordCount: progress.records, totalRecordCount: progress.totalRecords, rowCount: progress.rows)
  }
}

extension VerifyLedgerResponse.Verdict {
  fileprivate init(_ verdict: LedgerVerdict) {
    var accounts: [VerifyLedgerResponse.Account] = []
    for (currency, total) in verdict.walletTotals.sorted(by: { $0.key.code < $1.key.code }) {
      accounts.append(VerifyLedgerResponse.Account("WALLETS", total, currency))
      for account in CounterAccount.allCases {
        guard let balance = verdict.counterAccounts[currency]?[account] else { continue }
        accounts.append(VerifyLedgerResponse.Account(account.rawValue, balance, currency))
      }
    }
    self.init(
      sound: verdict.flaws.isEmpty,
      flaws: verdict.flaws.kept,
      flawCount: verdict.flaws.count,
      recordCount: verdict.records,
      refusalCount: verdict.refusals,
      walletCount: verdict.wallets,
      digest: verdict.digest.description,
      accounts: accounts
    )
  }
}

extension VerifyLedgerResponse.Account {
  /// Clamps the balance, because the sum of all wallets may exceed the range of `Money`.
  fileprivate init(_ name: String, _ micros: Int128, _ currency: Currency) {
    self.init(account: name, balance: Money(Int64(clamping: micros), currency))
  }
}
