
/// What protoc encodes from lists.txtpb.
let listsGolden = """
  ChAAAAAAAAD4PwAAAAAAANC/EggAAAA/AAAAABoNAf///////////wGsAiIKAP//////////fyoF/////w8yC////////////wEBOgIBAkIK////////\
  ////AUoIAQAAAAIAAABSCAMAAAAAAAAAWgT7////YhD6/////////wYAAAAAAAAAagMBAAFyAHIBYXICw6l6AHoCAQCCAQwB/v//////////AQCIAQGI\
  AQKIAQOSAQCSAQIYBQ==
  """

/// What protoc encodes from maps.txtpb.
let mapsGolden = """
  CgYKAWsSAXYSFAj///////////8BEgdyBW1pbnVzGgUIARIBACIECAkQASoSCQkAAAAAAAAAEQAAAAAAAOA/
  """

/// What protoc encodes from scalars.txtpb.
let scalarsGolden = """
  CQAAAAAAAPi/FQAAUEAY+f//////////ASCAgICAgICAgIABKP////8PMP///////////wE4/////w9AA014VjQSUfDevJp4VjQSXf3///9h/P//////\
  //9oAXIQZ3LDvMOfIPCfkYsgZGljaHoDAP8BgAH+//////////8B
  """

/// What protoc encodes from tree.txtpb.
let treeGolden = """
  CgRyb290EgkKAWwaBAoCbHIiBAoCYjAiDSoLCgFuEgYKBGRlZXAyBjoEbGVhZkIICgYKBGhvbWU=
  """
