import Encodings
import ProtobufWire

@testable import UnixGRPC

/// Three files: `top.proto` imports the other two, and `middle.proto` imports `base.proto`.
///
/// ```
/// // base.proto, proto2, package fixture.base
/// message Base {
///   optional string text = 1;
///   oneof choice { int32 one = 2; string two = 3; }
///   message Inner { enum Colour { RED = 0; } extend Base { optional int32 nested = 1001; } }
///   extensions 1000 to max;
/// }
/// enum Kind { NONE = 0; }
/// // middle.proto, proto2, package fixture
/// extend fixture.base.Base { optional int32 tail = 1000; }
/// message Middle { optional fixture.base.Base base = 1; }
/// // top.proto, proto3, without a package
/// message Top { fixture.Middle middle = 1; fixture.base.Base base = 2; }
/// service Library { rpc Lend(Top) returns (Top); }
/// ```
enum ReflectionFixture {
  /// The output of `protoc --include_imports --descriptor_set_out` for them.
  static var descriptorSet: [UInt8] {
    let base64 = """
      Cs8BCgpiYXNlLnByb3RvEgxmaXh0dXJlLmJhc2UioAEKBEJhc2USEgoEdGV4dBgBIAEoCVIEdGV4dBISCgNvbmUYAiABKAVIAFID\
      b25lEhIKA3R3bxgDIAEoCUgAUgN0d28aRwoFSW5uZXIiEQoGQ29sb3VyEgcKA1JFRBAAMisKBm5lc3RlZBISLmZpeHR1cmUuYmFz\
      ZS5CYXNlGOkHIAEoBVIGbmVzdGVkKgkI6AcQgICAgAJCCAoGY2hvaWNlKhAKBEtpbmQSCAoETk9ORRAACn4KDG1pZGRsZS5wcm90\
      bxIHZml4dHVyZRoKYmFzZS5wcm90byIwCgZNaWRkbGUSJgoEYmFzZRgBIAEoCzISLmZpeHR1cmUuYmFzZS5CYXNlUgRiYXNlOicK\
      BHRhaWwSEi5maXh0dXJlLmJhc2UuQmFzZRjoByABKAVSBHRhaWwKpAEKCXRvcC5wcm90bxoMbWlkZGxlLnByb3RvGgpiYXNlLnBy\
      b3RvIlYKA1RvcBInCgZtaWRkbGUYASABKAsyDy5maXh0dXJlLk1pZGRsZVIGbWlkZGxlEiYKBGJhc2UYAiABKAsyEi5maXh0dXJl\
      LmJhc2UuQmFzZVIEYmFzZTIdCgdMaWJyYXJ5EhIKBExlbmQSBC5Ub3AaBC5Ub3BiBnByb3RvMw==
      """
    return Base64.decode(Array(base64.utf8).span) ?? []
  }
}

/// A decoded `ServerReflectionResponse`.
struct ReflectionResponse {
  var host: String?
  var originalRequest: [UInt8]?
  /// The `name` of each file descriptor.
  var fileNames: [String] = []
  var services: [String] = []
  var baseTypeName: String?
  var extensionNumbers: [UInt64] = []
  var errorCode: UInt64?

  init(_ bytes: [UInt8]) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: host = field.string
      case 2: originalRequest = field.bytes.map { Array($0) }
      case 7: errorCode = try Self.fields(field).first { $0.number == 1 }?.varint
      case 4: fileNames = try Self.fields(field).map { try Self.fields($0).first { $0.number == 1 }?.string ?? "" }
      case 5:
        for field in try Self.fields(field) {
          if field.number == 1 { baseTypeName = field.string }
          if field.number == 2, let number = field.varint { extensionNumbers.append(number) }
        }
      case 6: services = try Self.fields(field).map { try Self.fields($0).first?.string ?? "" }
      default: break
      }
    }
  }

  private static func fields(_ field: WireField) throws -> [WireField] {
    var reader = WireReader(field.bytes ?? [])
    var fields: [WireField] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }
}
