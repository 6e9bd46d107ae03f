/// Reads an entry, and the amount of it that can still be refunded.
package struct GetEntry: Question {
  package var entryID: EntryID

  package init(_ entryID: EntryID) { self.entryID = entryID }

  package func addNeeds(to needs: inout Needs) { needs.entries.insert(entryID) }

  package func answer(from state: LedgerState, as context: QuestionContext) throws(Refusal) -> GetEntryReply {
    guard let record = state.entryRecords[entryID], let recorded = state.entries[entryID],
      let payload = try? RecordPayload(canonicalBytes: record.payload), let entry = payload.entry
    else { throw .entryNotFound(entryID) }
    let wallet = try state.account(record.walletID).wallet
    return GetEntryReply(wallet: wallet, entry: entry, refundable: recorded.refundable)
  }
}

/// An entry, its wallet as it is now, and the amount of the entry that can still be refunded.
package struct GetEntryReply: Hashable, Sendable {
  package var wallet: Wallet
  package var entry: Entry
  package var refundable: Money
}
