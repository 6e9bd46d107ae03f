/// A refusal that is final for its key: the ledger's word, chained like the journal though no wallet changed.
package struct RememberedRefusal: Hashable, Sendable {
  /// Numbered from 1 in the order of commits.
  package var number: Int64
  package var time: LedgerTime
  package var key: IdempotencyKey
  package var method: Method
  package var fingerprint: Digest
  package var refusal: Refusal
  /// SHA-256 over the hash of the refusal before this one and `bytesToHash`.
  package var hash: Digest

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
    self.hash = hash
  }

  /// What the hash covers: the previous hash, then every field but the hash itself.
  package func bytesToHash(after previousHash: Digest) -> [UInt8] {
    var writer = CanonicalWriter(reserving: 192)
    writer.write(previousHash)
    writer.write(number)
    writer.write(time.microseconds)
    writer.write(key.caller)
    writer.write(key.key)
    writer.write(method.rawValue)
    writer.write(fingerprint)
    writer.write(refusal)
    return writer.bytes
  }
}
