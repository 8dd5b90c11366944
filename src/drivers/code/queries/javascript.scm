(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(class_declaration name: (_) @name) @class
(method_definition name: (_) @name) @method
(program [(lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @function)
          (variable_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @function)
          (export_statement (lexical_declaration (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)]) @function))])
(program [(lexical_declaration (variable_declarator name: (identifier) @name) @constant)
          (variable_declaration (variable_declarator name: (identifier) @name) @variable)
          (export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @constant))
          (export_statement (variable_declaration (variable_declarator name: (identifier) @name) @variable))])
(program (expression_statement (assignment_expression left: (member_expression property: (property_identifier) @name) right: [(arrow_function) (function_expression) (class)]) @function))
(export_statement) @exported
(export_statement !source (export_clause (export_specifier name: (identifier) @exported.name)))

(import_statement source: (string) @import)
(export_statement source: (string) @import)
(call_expression function: (identifier) @_require arguments: (arguments . (string) @import) (#eq? @_require "require"))
(call_expression function: (import) arguments: (arguments . (string) @import))
