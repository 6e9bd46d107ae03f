import Foundation
import ProtobufC
import Testing

@testable import ProtobufDescriptors

@Suite("Descriptors that protoc wrote")
struct DescriptorTests {
  let files: [FileDescriptor]
  let file: FileDescriptor
  let parcel: MessageDescriptor

  init() throws {
    let bytes = try #require(Data(base64Encoded: fixtureDescriptorSet))
    files = try FileDescriptorSet(serializedBytes: [UInt8](bytes)).files
    file = try #require(files.last)
    parcel = try #require(file.messages.first)
  }

  func field(_ name: String) throws -> FieldDescriptor {
    try #require(parcel.fields.first { $0.name == name })
  }

  @Test("name the file, its package, syntax and imports")
  func fileFacts() {
    #expect(files.map(\.name) == ["fixture/options.proto", "fixture/parcel.proto"])
    #expect(file.package == "fixture")
    #expect(file.syntax == "proto3")
    #expect(file.dependencies == ["fixture/options.proto"])
    #expect(file.publicDependencies == ["fixture/options.proto"])
  }

  @Test("carry the comments of each declaration")
  func comments() {
    #expect(parcel.comments.leading == " A parcel on its way.\n")
    #expect(parcel.enums[0].comments.leading == " Where it is.\n")
    #expect(parcel.enums[0].values[1].comments.trailing == " On a van.\n")
    #expect(file.services[0].methods[0].comments.leading == " Sends one.\n")
  }

  @Test("give nested types their full names")
  func fullNames() throws {
    #expect(parcel.fullName == "fixture.Parcel")
    #expect(parcel.enums[0].fullName == "fixture.Parcel.State")
    #expect(try field("legs").typeName == "fixture.Parcel.Leg")
    #expect(try field("legs").fullName == "fixture.Parcel.legs")
    #expect(file.services[0].methods[1].inputType == "fixture.Parcel.Leg")
  }

  @Test("know kinds, labels, packing and presence")
  func fields() throws {
    #expect(try field("state").kind == .enum)
    #expect(try field("state").label == .optional)
    #expect(try !field("state").hasPresence)
    #expect(try field("marks").kind == .sint32)
    #expect(try field("marks").label == .repeated)
    #expect(try field("marks").isPacked)
    #expect(try !field("loose_marks").isPacked)
    #expect(try !field("legs").isPacked)
    #expect(try field("inner").hasPresence)
    #expect(try field("value").isProto3Optional)
    #expect(try field("value").hasPresence)
    #expect(try field("oldName").jsonName == "was")
    #expect(try field("oldName").options.isDeprecated)
    #expect(try field("loose_marks").jsonName == "looseMarks")
  }

  @Test("distinguish oneofs from the synthetic oneofs of proto3 optional")
  func oneofs() throws {
    let index = try #require(try field("person").oneofIndex)
    #expect(parcel.oneofs[index].name == "addressee")
    #expect(try field("machine").oneofIndex == index)
    #expect(try field("value").oneofIndex != index)
    #expect(try field("token").oneofIndex == nil)
  }

  @Test("mark the entries of a map")
  func maps() throws {
    let entry = try #require(parcel.messages.first { $0.fullName == (try? field("weights").typeName) })
    #expect(entry.isMapEntry)
    #expect(entry.fields.map(\.kind) == [.string, .int64])
    #expect(parcel.messages.contains { $0.name == "Leg" && !$0.isMapEntry })
  }

  @Test("keep enum aliases and negative numbers")
  func enums() {
    let state = parcel.enums[0]
    #expect(state.values.map(\.name) == ["STATE_UNSPECIFIED", "MOVING", "ROLLING", "LOST"])
    #expect(state.values.map(\.number) == [0, 1, 1, -1])
  }

  @Test("give the streaming directions of rpcs")
  func streaming() {
    let methods = file.services[0].methods
    #expect(methods.map(\.isClientStreaming) == [false, true])
    #expect(methods.map(\.isServerStreaming) == [false, true])
  }

  @Test("find custom options by number")
  func extensionOptions() throws {
    #expect(files[0].extensions.map(\.name) == ["level", "secret", "unit"])
    #expect(files[0].extensions[0].extendee == "google.protobuf.MethodOptions")
    #expect(file.services[0].methods[0].options.varint(50001) == 300)
    #expect(file.services[0].methods[1].options.varint(50001) == nil)
    #expect(try field("token").options.varint(50002) == 1)
    #expect(try field("token").options.string(50003) == "none")
  }

  @Test("decode one by one, as server reflection sends them")
  func singleFile() throws {
    // name = "a.proto", package = "p"
    let file = try FileDescriptor(serializedBytes: [0x0A, 7] + Array("a.proto".utf8) + [0x12, 1] + Array("p".utf8))
    #expect(file.name == "a.proto")
    #expect(file.package == "p")
    #expect(file.syntax == "proto2")
  }

  @Test("are refused with the field at fault")
  func refused() {
    // file[0].message_type[1].name is not UTF-8.
    let file: [UInt8] = [0x22, 0] + [0x22, 3, 0x0A, 1, 0xFF]
    #expect {
      try FileDescriptorSet(serializedBytes: [0x0A, UInt8(file.count)] + file)
    } throws: { error in
      let error = error as? MessageDecodingError
      return error?.reason == .invalidUTF8 && error?.fieldPath == "file[0].message_type[1].name"
    }
  }
}
