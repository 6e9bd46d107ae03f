/// A header block that comes in a HEADERS frame and CONTINUATION frames, received frame by frame and sent on with overlong
/// strings shortened.
///
/// Only such blocks can hold a string of more than 64 KiB, because a frame is 16 KiB at most; others are not touched.
struct SplitHeaderBlock {
  /// SETTINGS_MAX_FRAME_SIZE, which we leave at its default (RFC 9113 section 6.5.2).
  private static let maximumFramePayload = 16_384

  let stream: Int32
  private var frame: FrameHeader
  private var payload: [UInt8] = []
  private var shortener = HeaderStringShortener()
  /// Whether a frame of the block has been taken whole, and the next has not begun.
  private(set) var isBetweenFrames = false
  /// Whether the block has ended, or is so broken that nghttp2 has to judge it.
  private(set) var isComplete = false

  /// Whether a frame is the first of a header block that has more.
  static func begins(_ header: FrameHeader) -> Bool {
    header.kind == FrameHeader.Kind.headers && !header.endsHeaders && header.length <= maximumFramePayload
  }

  init(_ header: FrameHeader) {
    stream = header.stream
    frame = header
  }

  /// Whether the block is one of which a string was shortened.
  var isShortened: Bool { shortener.hasShortened }

  /// Bytes of the current frame that have not been taken.
  var missingByteCount: Int { frame.length - payload.count }

  /// Begins the next frame. Returns false if it is not one of this block.
  mutating func continues(with header: FrameHeader) -> Bool {
    guard header.kind == FrameHeader.Kind.continuation, header.stream == stream,
      header.length <= Self.maximumFramePayload
    else { return false }
    frame = header
    isBetweenFrames = false
    return true
  }

  /// Takes bytes of the current frame. Returns what to send on once it is whole.
  mutating func take(_ bytes: UnsafeRawBufferPointer) -> [UInt8]? {
    payload.append(contentsOf: bytes)
    guard missingByteCount == 0 else { return nil }
    defer { payload.removeAll(keepingCapacity: true) }
    isBetweenFrames = true
    var head: [UInt8] = []
    var fragment = payload[...]
    if frame.kind == FrameHeader.Kind.headers {
      guard let (priority, rest) = splitHeadersPayload() else {
        isComplete = true
        return frame.bytes + payload
      }
      (head, fragment) = (priority, rest)
    }
    isComplete = frame.endsHeaders
    var content = head
    shortener.take(fragment, into: &content)
    if isComplete { shortener.finish(into: &content) }
    return frames(of: content)
  }

  /// The priority fields and the header block fragment of a HEADERS frame, without its padding; nil if it is malformed.
  private func splitHeadersPayload() -> (priority: [UInt8], fragment: ArraySlice<UInt8>)? {
    var rest = payload[...]
    if frame.flags & FrameHeader.Flags.padded != 0 {
      guard let padding = rest.popFirst(), Int(padding) <= rest.count else { return nil }
      rest = rest.dropLast(Int(padding))
    }
    guard frame.flags & FrameHeader.Flags.priority != 0 else { return ([], rest) }
    guard rest.count >= 5 else { return nil }
    return (Array(rest.prefix(5)), rest.dropFirst(5))
  }

  /// The current frame with other content, and CONTINUATION frames for what exceeds a frame: what stands for a string can
  /// be longer than the part of it that this frame had.
  private func frames(of content: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var header = frame
    header.flags &= ~FrameHeader.Flags.padded
    var rest = content[...]
    repeat {
      let part = rest.prefix(Self.maximumFramePayload)
      rest = rest.dropFirst(part.count)
      header.length = part.count
      let isLast = rest.isEmpty
      if !isLast { header.flags &= ~FrameHeader.Flags.endHeaders }
      if isLast, isComplete { header.flags |= FrameHeader.Flags.endHeaders }
      output += header.bytes
      output += part
      header = FrameHeader(length: 0, kind: FrameHeader.Kind.continuation, flags: 0, stream: stream)
    } while !rest.isEmpty
    return output
  }
}
