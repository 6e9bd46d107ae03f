/// A refusal that is final for its key. Refusals are hash-chained like the journal, although no wallet changes.
package struct RememberedRefusal: Hashable, Sendable, ChainLink {
  /// Contiguous from 1, in commit order.
  package var number: Int64
  package var time: LedgerTime
  package var key: IdempotencyKey
  package var method: Method
  package var fingerprint: Digest
  package let refusal: Refusal
  /// The refusal's bytes as they were written. An older layout is kept, because the hash chain covers it.
  package let canonicalBytes: [UInt8]
  /// SHA-256 of `bytesToHash`, which begins with the previous refusal's hash.
  package var hash: Digest

  /// Creates a refusal that is being remembered.
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

  /// Creates a refusal from a store. Throws if `canonicalBytes` cannot be decoded.
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

  /// The bytes that the hash covers: the previous hash, then every field except the hash itself. The refusal's bytes
  /// are covered without their tag.
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
