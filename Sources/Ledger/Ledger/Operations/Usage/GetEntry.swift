/// Reads an entry, and what can still be refunded of it.
package struct GetEntry: Question {
  package var entryID: EntryID

  package init(_ entryID: EntryID) { self.entryID = entryID }

  package func addNeeds(to needs: inout Needs) { needs.entries.insert(entryID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> GetEntryReply {
    guard let record = state.entryRecords[entryID], let book = state.entries[entryID],
      let payload = try? RecordPayload(canonicalBytes: record.payload), let entry = payload.entry
    else { throw .entryNotFound(entryID) }
    return GetEntryReply(wallet: try state.account(record.walletID).wallet, entry: entry, refundable: book.refundable)
  }
}

/// An entry, its wallet as it is now, and what can still be refunded of it.
package struct GetEntryReply: Hashable, Sendable {
  package var wallet: Wallet
  package var entry: Entry
  package var refundable: Money
}
