/// A refusal that is final for its key, chained like the journal though no wallet changed.
package struct RememberedRefusal: Hashable, Sendable {
  /// Numbered from 1 in the order of commits.
  package var number: Int64
  package var time: LedgerTime
  package var key: IdempotencyKey
  package var method: Method
  package var fingerprint: Digest
  package let refusal: Refusal
  /// The refusal as it was written: an older layout stays, because the chain covers it.
  package let canonicalBytes: [UInt8]
  /// SHA-256 over the hash of the refusal before this one and `bytesToHash`.
  package var hash: Digest

  /// A refusal that is remembered now.
  package init(
    number: Int64,
    time: LedgerTime,
    key: IdempotencyKey,
    method: Method,
    fingerprint: Digest,
    refusal: Refusal,
    hash: Digest
  ) {
    self.number = number
    self.time = time
    self.key = key
    self.method = method
    self.fingerprint = fingerprint
    self.refusal = refusal
    canonicalBytes = refusal.canonicalBytes
    self.hash = hash
  }

  /// A refusal that a store has kept.
  package init(
    number: Int64,
    time: LedgerTime,
    key: IdempotencyKey,
    method: Method,
    fingerprint: Digest,
    canonicalBytes: [UInt8],
    hash: Digest
  ) throws(CanonicalReader.Malformed) {
    self.number = number
    self.time = time
    self.key = key
    self.method = method
    self.fingerprint = fingerprint
    refusal = try Refusal(canonicalBytes: canonicalBytes)
    self.canonicalBytes = canonicalBytes
    self.hash = hash
  }

  /// What the hash covers: the previous hash, then every field but the hash itself. Of the refusal's bytes it covers
  /// what follows the tag.
  package func bytesToHash(after previousHash: Digest) -> [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    writer.write(previousHash)
    writer.write(number)
    writer.write(time.microseconds)
    writer.write(key.caller)
    writer.write(key.key)
    writer.write(method.rawValue)
    writer.write(fingerprint)
    var reader = CanonicalReader(canonicalBytes)
    _ = try? reader.readInt64()
    writer.append(reader.rest)
    return writer.bytes
  }
}
