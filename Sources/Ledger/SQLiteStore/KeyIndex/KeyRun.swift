/// Pages that stand in a row in the table and hold buckets in a row.
struct KeyExtent: Hashable, Sendable {
  var firstBucket: Int64
  var firstPage: Int64
  var count: Int64

  var pages: Range<Int64> { firstPage..<firstPage + count }
}

/// A sorted part of the index that is never changed, only replaced.
///
/// The hashes' range is cut into equal buckets, one page each. Hashes are spread evenly, so a key's bucket is known
/// from its hash and found with one read.
struct KeyRun {
  let id: Int64
  /// How often its keys have been merged.
  let level: Int64
  let keyCount: Int64
  /// It and the older runs hold the keys of every record and refusal up to these.
  let lastRecord: Int64
  let lastRefusal: Int64
  /// In the order of their buckets.
  let extents: [KeyExtent]
  let filter: KeyFilter

  var bucketCount: Int64 { extents.last.map { $0.firstBucket + $0.count } ?? 0 }

  func page(ofBucket bucket: Int64) -> Int64? {
    guard let extent = extents.last(where: { $0.firstBucket <= bucket }), bucket < extent.firstBucket + extent.count
    else { return nil }
    return extent.firstPage + bucket - extent.firstBucket
  }

  static func bucket(of hash: UInt64, in bucketCount: Int64) -> Int64 {
    Int64(hash.multipliedFullWidth(by: UInt64(bucketCount)).high)
  }
}
