extension LedgerFact.Content {
  package var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter(reserving: 64)
    switch self {
    case .processorAccount(let account):
      writer.write(account.id)
      writer.write(account.isLive)
    case .eventCursor(let cursor): writer.write(cursor)
    }
    return writer.bytes
  }

  package init(_ kind: LedgerFact.Kind, canonicalBytes: [UInt8]) throws(CanonicalReader.Malformed) {
    var reader = CanonicalReader(canonicalBytes)
    switch kind {
    case .processorAccount:
      self = .processorAccount(ProcessorAccount(id: try reader.readString(), isLive: try reader.readBool()))
    case .eventCursor: self = .eventCursor(try reader.readString())
    }
    guard reader.isAtEnd else { throw reader.malformed }
  }
}
