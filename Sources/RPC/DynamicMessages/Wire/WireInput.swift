import ProtobufWire

/// A cursor over the bytes of a message that throws ``WireDecodingError``.
struct WireInput {
  private var cursor: WireCursor<[UInt8]>

  init(_ bytes: [UInt8]) { cursor = WireCursor(bytes) }

  private init(_ cursor: WireCursor<[UInt8]>) { self.cursor = cursor }

  var isAtEnd: Bool { cursor.isAtEnd }
  var position: Int { cursor.position }
  var remainder: ArraySlice<UInt8> { cursor.remainder }

  /// Returns the bytes from an earlier position up to the current one.
  func bytes(from start: Int) -> [UInt8] { Array(cursor.bytes[start..<position]) }

  mutating func tag() throws(WireDecodingError) -> WireTag {
    do { return try cursor.tag() } catch { throw WireDecodingError(error) }
  }

  mutating func varint() throws(WireDecodingError) -> UInt64 {
    do { return try cursor.varint() } catch { throw WireDecodingError(error) }
  }

  mutating func fixed32() throws(WireDecodingError) -> UInt32 {
    do { return try cursor.fixed32() } catch { throw WireDecodingError(error) }
  }

  mutating func fixed64() throws(WireDecodingError) -> UInt64 {
    do { return try cursor.fixed64() } catch { throw WireDecodingError(error) }
  }

  /// Reads the content of a length-delimited field.
  mutating func lengthDelimited() throws(WireDecodingError) -> WireInput {
    do { return WireInput(WireCursor(cursor.bytes, try cursor.lengthDelimited())) } catch {
      throw WireDecodingError(error)
    }
  }

  /// Skips the value that follows a tag.
  mutating func skipValue(of tag: WireTag) throws(WireDecodingError) {
    do { try cursor.skipValue(of: tag) } catch { throw WireDecodingError(error) }
  }
}
