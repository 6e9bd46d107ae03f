import ProtobufWire

/// Splits an encoded message into its fields.
enum WireFields {
  struct Field {
    var number: Int32
    /// The tag and value.
    var whole: ArraySlice<UInt8>
    /// The value of a varint field; 0 for others.
    var value: Int
    /// The content of a length-delimited field; empty for others.
    var content: ArraySlice<UInt8>
  }

  static func of(_ message: ArraySlice<UInt8>) throws(GeneratorError) -> [Field] {
    var fields: [Field] = []
    var reader = WireReader(message)
    do throws(WireError) {
      while case let start = reader.position, let field = try reader.next() {
        fields.append(
          Field(
            number: field.number,
            whole: message[start..<reader.position],
            value: Int(truncatingIfNeeded: field.varint ?? 0),
            content: field.bytes ?? []
          )
        )
      }
    } catch {
      throw malformed
    }
    return fields
  }

  /// Returns the elements of a packed repeated field of varints.
  static func packedVarints(_ content: ArraySlice<UInt8>) throws(GeneratorError) -> [Int] {
    var values: [Int] = []
    var cursor = WireCursor(content)
    do throws(WireError) {
      while !cursor.isAtEnd { values.append(Int(truncatingIfNeeded: try cursor.varint())) }
    } catch {
      throw malformed
    }
    return values
  }

  /// Encodes a length-delimited field.
  static func field(_ number: Int32, _ content: [UInt8]) -> [UInt8] {
    var writer = WireWriter()
    writer.write(number, bytes: content)
    return writer.bytes
  }

  private static var malformed: GeneratorError { GeneratorError("the descriptor set is malformed") }
}
