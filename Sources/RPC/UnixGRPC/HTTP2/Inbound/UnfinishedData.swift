/// What is left to decode of a DATA frame when a turn's budget is spent.
struct UnfinishedData {
  let stream: Int32
  let rest: [UInt8]
  /// Of the whole chunk, to be returned to the stream's window.
  let byteCount: Int
}
