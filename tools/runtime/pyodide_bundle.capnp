# The part of workerd's Pyodide bundle format that a bundle built here fills in.
# Field numbers are those of workerd's own schema; fields that are never set keep their place.
@0xb4bc5ee8a7a36a4e;

enum ModuleType { bundle @0; builtin @1; internal @2; }

struct Module {
  name @0 :Text;
  union {
    src @1 :Data;
    wasm @4 :Data;
    data @5 :Data;
    json @6 :Text;
  }
  type @2 :ModuleType;
  tsDeclaration @3 :Text;
  compileCache @7 :Data;
}

struct Bundle { modules @0 :List(Module); }
