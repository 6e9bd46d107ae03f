/// Consecutive pages of the table that hold consecutive buckets.
struct KeyExtent: Hashable, Sendable {
  var firstBucket: Int64
  var firstPage: Int64
  var count: Int64

  var pages: Range<Int64> { firstPage..<firstPage + count }
}

/// A sorted, immutable part of the index.
///
/// The range of hashes is divided into equal buckets of one page each. Hashes are evenly distributed, so a hash gives its
/// bucket, which takes one read.
struct KeyRun {
  let id: Int64
  /// The number of times that its keys have been merged.
  let level: Int64
  let keyCount: Int64
  /// This run and the older ones hold the keys of all records and refusals up to these numbers.
  let lastRecord: Int64
  let lastRefusal: Int64
  /// In bucket order.
  let extents: [KeyExtent]
  let filter: KeyFilter
  /// Buckets whose pages are unreadable. They may contain any key whose hash maps to them.
  var damagedBuckets: Set<Int64> = []

  var bucketCount: Int64 { extents.last.map { $0.firstBucket + $0.count } ?? 0 }

  func page(ofBucket bucket: Int64) -> Int64? {
    guard let extent = extents.last(where: { $0.firstBucket <= bucket }), bucket < extent.firstBucket + extent.count
    else { return nil }
    return extent.firstPage + bucket - extent.firstBucket
  }

  /// Returns whether the run may contain a key with this hash.
  func mayContain(_ hash: UInt64) -> Bool {
    filter.mayContain(hash)
      || !damagedBuckets.isEmpty && damagedBuckets.contains(KeyRun.bucket(of: hash, in: bucketCount))
  }

  static func bucket(of hash: UInt64, in bucketCount: Int64) -> Int64 {
    Int64(hash.multipliedFullWidth(by: UInt64(bucketCount)).high)
  }
}
